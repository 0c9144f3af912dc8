//! `PlannedMeal.alternatives`, and the mutations of meals.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    Result,
    day::{self, Day, RecordMeal, ResetMeal, SwapMeal, UnlogMeal},
    id::{DayId, OpaqueId as _, PlannedMealId},
    page::Page,
    preferences,
    recipe::Recipe,
};
use coach_execution::Batch;

use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments, batch,
    command::{decode, decode_public},
    day::planned_meal,
    input, mutation, page,
    patch::optional,
    payload::{RecordMealPayload, ResetMealPayload, SwapMealPayload, UnlogMealPayload},
    schedule::{Schedule, Schedules},
};

/// A meal, with the arguments of the field.
type FieldKey = (PlannedMealId, arguments::PlannedMealAlternatives);

impl batch::PlannedMealAlternatives for Resolvers {
    type Key = PlannedMealId;
    type Value = Page<Recipe>;

    async fn load(
        context: &RequestContext,
        keys: &[FieldKey],
    ) -> Result<Batch<FieldKey, Page<Recipe>>, Error> {
        let mut cycles: Vec<_> = keys.iter().map(|(id, _)| id.day.cycle).collect();
        cycles.sort_unstable();
        cycles.dedup();
        let schedules = Schedules::load(context, &cycles).await?;
        // Each day is planned once, and the alternatives of each meal are computed once, even for several pages.
        let (mut days, mut meals) = (HashMap::new(), HashMap::new());
        let pages = keys.iter().filter_map(|key| {
            let (id, arguments) = key;
            let schedule = schedules.get(id.day.cycle)?;
            let found = meals
                .entry(*id)
                .or_insert_with(|| alternatives(schedule, *id, &mut days));
            let request = page::request(arguments.first, &arguments.after);
            let page = found.as_ref().map_err(Clone::clone);
            let page = page.and_then(|found| {
                page::from_memory(found, &id.encode(), |recipe| recipe.id.0, &request)
            });
            Some((key.clone(), page.map_err(Error::from)))
        });
        Ok(Batch::of_results(pages))
    }
}

/// All recipes that a meal may be swapped for; empty if the meal is not planned, or no
/// preferences are in effect on its day.
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
    let planned = meal.zip(preferences::effective_on(&schedule.history, date));
    Ok(planned.map_or_else(Vec::new, |(meal, preferences)| {
        day::alternatives(meal, schedule.catalogue(), preferences)
    }))
}

impl mutation::RecordMeal for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::RecordMealInput,
    ) -> Result<RecordMealPayload, MutationError> {
        let command = RecordMeal {
            planned_meal: decode(&input.planned_meal_id, "plannedMealId")?,
            servings: optional(&input.servings),
            eaten_at: optional(&input.eaten_at),
        };
        Ok(RecordMealPayload {
            planned_meal: context.change(input, command, planned_meal).await?,
            ..Default::default()
        })
    }
}

impl mutation::UnlogMeal for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::UnlogMealInput,
    ) -> Result<UnlogMealPayload, MutationError> {
        let command = UnlogMeal {
            planned_meal: decode(&input.planned_meal_id, "plannedMealId")?,
        };
        Ok(UnlogMealPayload {
            planned_meal: context.change(input, command, planned_meal).await?,
            ..Default::default()
        })
    }
}

impl mutation::SwapMeal for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::SwapMealInput,
    ) -> Result<SwapMealPayload, MutationError> {
        let command = SwapMeal {
            recipe: decode_public(&input.recipe_id, "recipeId")?,
            planned_meal: decode(&input.planned_meal_id, "plannedMealId")?,
        };
        Ok(SwapMealPayload {
            planned_meal: context.change(input, command, planned_meal).await?,
            ..Default::default()
        })
    }
}

impl mutation::ResetMeal for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::ResetMealInput,
    ) -> Result<ResetMealPayload, MutationError> {
        let command = ResetMeal {
            planned_meal: decode(&input.planned_meal_id, "plannedMealId")?,
        };
        Ok(ResetMealPayload {
            planned_meal: context.change(input, command, planned_meal).await?,
            ..Default::default()
        })
    }
}
