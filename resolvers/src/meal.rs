//! `PlannedMeal.alternatives`, and the mutations of meals.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use coach_domain::{
    Result,
    command::{Command, UserError},
    day::{self, Day, PlannedMeal, RecordMeal, ResetMeal, SwapMeal, UnlogMeal},
    id::{DayId, OpaqueId as _, PlannedMealId, RecipeId},
    page::Page,
    preferences,
    recipe::Recipe,
};
use coach_execution::Batch;

use crate::{
    Error, RequestContext, Resolvers, arguments, batch, mutation, page,
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

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name {
            pub(crate) planned_meal: Option<PlannedMeal>,
            pub(crate) user_errors: Vec<UserError>,
        }

        impl From<Result<Option<PlannedMeal>, UserError>> for $name {
            fn from(result: Result<Option<PlannedMeal>, UserError>) -> Self {
                let (planned_meal, error) = match result {
                    Ok(meal) => (meal, None),
                    Err(error) => (None, Some(error)),
                };
                Self { planned_meal, user_errors: error.into_iter().collect() }
            }
        }
    )+};
}

payloads! {
    /// `RecordMealPayload`.
    RecordMealPayload,
    /// `UnlogMealPayload`.
    UnlogMealPayload,
    /// `SwapMealPayload`.
    SwapMealPayload,
    /// `ResetMealPayload`.
    ResetMealPayload,
}

/// Executes the command that `command` builds for a meal's id, and loads the meal afterwards.
async fn change<C: Command<Output = PlannedMealId>>(
    context: &RequestContext,
    idempotency_key: &str,
    occurred_at: Option<DateTime<Utc>>,
    id: &str,
    command: impl FnOnce(PlannedMealId) -> C,
) -> Result<Result<Option<PlannedMeal>, UserError>, Error> {
    let Some(id) = PlannedMealId::decode(id) else {
        return Ok(Err(UserError::not_found("plannedMealId")));
    };
    let command = command(id);
    match context
        .execute(idempotency_key, occurred_at, command)
        .await?
    {
        Ok(id) => Ok(Ok(crate::day::planned_meal(context, id).await?)),
        Err(error) => Ok(Err(error)),
    }
}

impl mutation::RecordMeal for Resolvers {
    type Value = RecordMealPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationRecordMeal,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let (key, at) = (&input.idempotency_key, input.occurred_at.value().copied());
        let result = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            RecordMeal {
                planned_meal,
                servings: input.servings.value().copied(),
                eaten_at: input.eaten_at.value().copied(),
            }
        });
        Ok(result.await?.into())
    }
}

impl mutation::UnlogMeal for Resolvers {
    type Value = UnlogMealPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationUnlogMeal,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let (key, at) = (&input.idempotency_key, input.occurred_at.value().copied());
        let result = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            UnlogMeal { planned_meal }
        });
        Ok(result.await?.into())
    }
}

impl mutation::SwapMeal for Resolvers {
    type Value = SwapMealPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationSwapMeal,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let (key, at) = (&input.idempotency_key, input.occurred_at.value().copied());
        let Some(recipe) = RecipeId::decode(&input.recipe_id) else {
            return Ok(Err(UserError::unknown("recipeId")).into());
        };
        let result = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            SwapMeal {
                planned_meal,
                recipe,
            }
        });
        Ok(result.await?.into())
    }
}

impl mutation::ResetMeal for Resolvers {
    type Value = ResetMealPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationResetMeal,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let (key, at) = (&input.idempotency_key, input.occurred_at.value().copied());
        let result = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            ResetMeal { planned_meal }
        });
        Ok(result.await?.into())
    }
}
