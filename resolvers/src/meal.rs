//! `PlannedMeal.alternatives`.

use coach_domain::{day, id::PlannedMealId, page::Page, preferences, recipe::Recipe};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, page, schedule::Schedules};

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
        let pages = keys.iter().filter_map(|key| {
            let (id, arguments) = key;
            let schedule = schedules.of(id.day.cycle)?;
            let preferences =
                preferences::on(&schedule.history, schedule.cycle.date_of(id.day.number))?;
            let page = schedule.day(id.day.number).and_then(|day| {
                let meals = day.map(|day| day.meals).unwrap_or_default();
                let meal = meals.into_iter().find(|meal| meal.id == *id);
                let found =
                    meal.map(|meal| day::alternatives(&meal, schedule.catalogue(), preferences));
                let request = page::request(arguments.first, &arguments.after);
                page::of_all(found.unwrap_or_default(), |recipe| recipe.id.0, &request)
            });
            Some((key.clone(), page.map_err(Error::from)))
        });
        Ok(Batch::of_results(pages))
    }
}
