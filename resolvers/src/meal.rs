//! `PlannedMeal.alternatives`.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    Result,
    day::{self, Day},
    id::{DayId, PlannedMealId},
    page::Page,
    preferences,
    recipe::Recipe,
};
use coach_execution::Batch;

use crate::{
    Error, RequestContext, Resolvers, arguments, batch, page,
    schedule::{Schedule, Schedules},
};

type Key = (PlannedMealId, arguments::PlannedMealAlternatives);

impl batch::PlannedMealAlternatives for Resolvers {
    type Key = PlannedMealId;
    type Value = Page<Recipe>;

    async fn load(
        context: &RequestContext,
        keys: &[Key],
    ) -> Result<Batch<Key, Page<Recipe>>, Error> {
        let mut cycles: Vec<_> = keys.iter().map(|(id, _)| id.day.cycle).collect();
        cycles.sort_unstable();
        cycles.dedup();
        let schedules = Schedules::load(context, &cycles).await?;
        // Each day is planned once, and each meal's recipes are found once,
        // however many pages are asked for.
        let (mut days, mut meals) = (HashMap::new(), HashMap::new());
        let pages = keys.iter().filter_map(|key| {
            let (id, arguments) = key;
            let schedule = schedules.of(id.day.cycle)?;
            let found = meals
                .entry(*id)
                .or_insert_with(|| alternatives(schedule, *id, &mut days));
            let request = page::request(arguments.first, &arguments.after);
            let page = found.as_ref().map_err(Clone::clone);
            let page = page.and_then(|found| page::of_all(found, |recipe| recipe.id.0, &request));
            Some((key.clone(), page.map_err(Error::from)))
        });
        Ok(Batch::of_results(pages))
    }
}

/// All that a meal may be swapped for; nothing for one that is not planned.
fn alternatives(
    schedule: &Schedule,
    id: PlannedMealId,
    days: &mut HashMap<DayId, Result<Option<Day>>>,
) -> Result<Vec<Arc<Recipe>>> {
    let number = id.day.number;
    let day = days.entry(id.day).or_insert_with(|| schedule.day(number));
    let meals = day
        .as_ref()
        .map_err(Clone::clone)?
        .iter()
        .flat_map(|day| &day.meals);
    let meal = meals.into_iter().find(|meal| meal.id == id);
    let date = schedule.cycle.date_of(number);
    let wanted = meal.zip(preferences::on(&schedule.history, date));
    Ok(wanted.map_or_else(Vec::new, |(meal, preferences)| {
        day::alternatives(meal, schedule.catalogue(), preferences)
    }))
}
