//! A planned meal that a command may change, and the row that stores the change.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};

use super::{
    PlannedMeal,
    editable::find_editable_cycle,
    log::{DayLog, MealChoice},
    plan::plan,
};
use crate::{
    Error, Result,
    command::{CommandContext, CommandError, UserError, UserErrorReason},
    cycle::Cycle,
    database,
    decision::{self, DecisionTopic},
    id::{PlannedMealId, RecipeId},
    preferences::{self, Preferences},
    programme::Programme,
};

/// The input argument with the ID of the meal.
pub(super) const ARGUMENT: &str = "plannedMealId";

/// A planned meal of a cycle that may be changed.
pub(super) struct EditableMeal {
    id: PlannedMealId,
    pub(super) cycle: Cycle,
    /// The meal as the member sees it.
    pub(super) meal: PlannedMeal,
    programme: Arc<Programme>,
    history: Vec<Preferences>,
    chosen_at: Option<DateTime<Utc>>,
    logged_at: Option<DateTime<Utc>>,
}

impl EditableMeal {
    /// Finds the meal with this ID.
    ///
    /// # Errors
    ///
    /// As [`find_editable_cycle`]; `NOT_FOUND` also when the day has no such slot and position, or no recipe for them.
    pub(super) async fn find(
        context: &CommandContext<'_>,
        id: PlannedMealId,
    ) -> Result<Self, CommandError> {
        let (cycle, programme) = find_editable_cycle(context, id.day.cycle, ARGUMENT).await?;
        let member = id.day.cycle.member;
        let mut histories = preferences::history(context.transaction(), &[member]).await?;
        let history = histories.remove(&member).unwrap_or_default();
        let state = MealState::find(context, id).await?;
        let log = DayLog {
            choices: state.choice(id).into_iter().collect(),
            ..DayLog::default()
        };
        let meal = meal(context, id, &cycle, &programme, &history, &log);
        Ok(Self {
            id,
            meal: meal.ok_or_else(|| UserError::not_found(ARGUMENT))?,
            cycle,
            programme,
            history,
            chosen_at: state.chosen_at,
            // A meal was logged no earlier than it was eaten.
            logged_at: state.logged_at.max(state.eaten_at),
        })
    }

    /// Whether its recipe was chosen or reset later than the command happened.
    pub(super) fn was_chosen_since(&self, context: &CommandContext<'_>) -> bool {
        self.chosen_at > Some(context.occurred_at())
    }

    /// Whether it was logged or unlogged later than the command happened.
    pub(super) fn was_logged_since(&self, context: &CommandContext<'_>) -> bool {
        self.logged_at > Some(context.occurred_at())
    }

    /// Whether it is logged as eaten by a decision later than the command. That decision then also determines the
    /// recipe.
    pub(super) fn was_eaten_since(&self, context: &CommandContext<'_>) -> bool {
        self.meal.eaten_at.is_some() && self.was_logged_since(context)
    }

    /// The recipe that would be served without any log of the member; `None` when none fits.
    pub(super) fn default_recipe(&self, context: &CommandContext<'_>) -> Option<RecipeId> {
        let (cycle, programme, history) = (&self.cycle, &self.programme, &self.history);
        let meal = meal(
            context,
            self.id,
            cycle,
            programme,
            history,
            &DayLog::default(),
        );
        meal.map(|meal| meal.recipe.id)
    }

    /// The preferences that are in effect on its date.
    pub(super) fn preferences(&self) -> Option<&Preferences> {
        preferences::effective_on(&self.history, self.cycle.date_of(self.id.day.number))
    }

    /// Rejects a meal that is eaten: its recipe must not change any more.
    ///
    /// # Errors
    ///
    /// `MEAL_EATEN`.
    pub(super) fn require_uneaten(&self) -> Result<(), CommandError> {
        if self.meal.eaten_at.is_none() {
            return Ok(());
        }
        Err(UserError::new(UserErrorReason::MealEaten, ARGUMENT).into())
    }
}

/// The parameters `$1` to `$3` of [`decision::RECORD_ONE`], and `$4` to `$7` of [`KEY_CONDITION`].
pub(super) fn key_params(
    context: &CommandContext<'_>,
    topic: &DecisionTopic,
    id: PlannedMealId,
) -> [Value; 7] {
    let [member, topic, at] =
        decision::record_one_values(id.day.cycle.member, topic, context.occurred_at());
    let [cycle, day, slot, position] = position_params(id);
    [member, topic, at, cycle, day, slot, position]
}

/// The condition for the row of a meal, with the parameters of [`key_params`].
pub(super) const KEY_CONDITION: &str =
    "member_id = $1 AND cycle_id = $4 AND day = $5 AND slot = $6 AND position = $7";

fn position_params(id: PlannedMealId) -> [Value; 4] {
    [
        id.day.cycle.id.into(),
        i32::from(id.day.number).into(),
        id.slot.into(),
        i32::from(id.position).into(),
    ]
}

/// Deletes the choice and the log of a meal, unless there is a later decision about `topic`.
pub(super) async fn delete_choice(
    context: &CommandContext<'_>,
    topic: &DecisionTopic,
    id: PlannedMealId,
) -> Result<()> {
    let sql = format!(
        "{DECIDED}
        DELETE FROM meal_choice USING decided WHERE {KEY_CONDITION}",
        DECIDED = decision::RECORD_ONE,
    );
    let statement = database::statement(sql, key_params(context, topic, id));
    context.transaction().execute_raw(statement).await?;
    Ok(())
}

/// The stored choice and log of a meal, and the times of the latest decisions about it, if any.
#[derive(FromQueryResult)]
struct MealState {
    recipe_id: Option<RecipeId>,
    servings: Option<i32>,
    eaten_at: Option<DateTime<Utc>>,
    chosen_at: Option<DateTime<Utc>>,
    logged_at: Option<DateTime<Utc>>,
}

impl MealState {
    async fn find(context: &CommandContext<'_>, id: PlannedMealId) -> Result<Self> {
        let sql = "
            SELECT c.recipe_id, c.servings, c.eaten_at, chosen.decided_at AS chosen_at, logged.decided_at AS logged_at
            FROM (VALUES ($1::uuid)) AS m (member_id)
            LEFT JOIN meal_choice c ON c.member_id = m.member_id AND c.cycle_id = $4 AND c.day = $5 AND c.slot = $6
                AND c.position = $7
            LEFT JOIN decision chosen ON chosen.member_id = m.member_id AND chosen.about = $2
            LEFT JOIN decision logged ON logged.member_id = m.member_id AND logged.about = $3";
        let (chosen, logged) = (DecisionTopic::meal_choice(id), DecisionTopic::meal_log(id));
        let member = id.day.cycle.member.into();
        let values = [member, chosen.as_str().into(), logged.as_str().into()];
        let statement = database::statement(sql, values.into_iter().chain(position_params(id)));
        let found = Self::find_by_statement(statement).one(context.transaction());
        let missing = || Error::Invariant("no row from a statement that always has one".into());
        found.await?.ok_or_else(missing)
    }

    fn choice(&self, id: PlannedMealId) -> Option<MealChoice> {
        Some(MealChoice {
            day: id.day.number,
            slot: id.slot,
            position: id.position,
            recipe_id: self.recipe_id?,
            servings: self.servings?,
            eaten_at: self.eaten_at,
        })
    }
}

fn meal(
    context: &CommandContext<'_>,
    id: PlannedMealId,
    cycle: &Cycle,
    programme: &Programme,
    history: &[Preferences],
    log: &DayLog,
) -> Option<PlannedMeal> {
    let numbers = [id.day.number];
    let days = plan(cycle, numbers, programme, context.catalogue(), history, log);
    let mut meals = days.into_iter().flat_map(|day| day.meals);
    meals.find(|meal| meal.id == id)
}
