//! `PlannedMeal.alternatives`, and what changes meals.

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
            let page = page.and_then(|found| {
                page::of_all(found, &id.encode(), |recipe| recipe.id.0, &request)
            });
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

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name {
            pub(crate) planned_meal: Option<PlannedMeal>,
            pub(crate) user_errors: Vec<UserError>,
        }

        impl From<Result<Option<PlannedMeal>, UserError>> for $name {
            fn from(changed: Result<Option<PlannedMeal>, UserError>) -> Self {
                let (planned_meal, error) = match changed {
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

/// Does what `command` makes of a meal's id, and reads the meal as it is then.
async fn change<C: Command<Outcome = PlannedMealId>>(
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
        let changed = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            RecordMeal {
                planned_meal,
                servings: input.servings.value().copied(),
                eaten_at: input.eaten_at.value().copied(),
            }
        });
        Ok(changed.await?.into())
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
        let changed = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            UnlogMeal { planned_meal }
        });
        Ok(changed.await?.into())
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
        let changed = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            SwapMeal {
                planned_meal,
                recipe,
            }
        });
        Ok(changed.await?.into())
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
        let changed = change(context, key, at, &input.planned_meal_id, |planned_meal| {
            ResetMeal { planned_meal }
        });
        Ok(changed.await?.into())
    }
}
