//! A planned meal as a command finds it, and the row that changes it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};

use super::{
    PlannedMeal,
    log::{DayLog, MealChoice},
    open::open_cycle,
    plan::plan,
};
use crate::{
    Error, Result,
    command::{Obstacle, Refusal, UserError, Work},
    cycle::Cycle,
    database,
    decision::{self, About},
    id::{PlannedMealId, RecipeId},
    preferences::{self, Preferences},
    programme::Programme,
};

/// What names it in the input.
pub(super) const ARGUMENT: &str = "plannedMealId";

/// A planned meal of a cycle that can be changed.
pub(super) struct Planned {
    id: PlannedMealId,
    pub(super) cycle: Cycle,
    /// As the member sees it.
    pub(super) meal: PlannedMeal,
    programme: Arc<Programme>,
    history: Vec<Preferences>,
    chosen_at: Option<DateTime<Utc>>,
    logged_at: Option<DateTime<Utc>>,
}

impl Planned {
    /// Finds it.
    ///
    /// # Errors
    ///
    /// As [`open_cycle`]; `NOT_FOUND` also for a place that the day does not have, or has nothing for.
    pub(super) async fn find(work: &Work<'_>, id: PlannedMealId) -> Result<Self, Refusal> {
        let (cycle, programme) = open_cycle(work, id.day.cycle, ARGUMENT).await?;
        let member = id.day.cycle.member;
        let mut histories = preferences::history(work.transaction(), &[member]).await?;
        let history = histories.remove(&member).unwrap_or_default();
        let stands = Stands::find(work, id).await?;
        let log = DayLog {
            choices: stands.choice(id).into_iter().collect(),
            ..DayLog::default()
        };
        let meal = meal(work, id, &cycle, &programme, &history, &log);
        Ok(Self {
            id,
            meal: meal.ok_or_else(|| UserError::not_found(ARGUMENT))?,
            cycle,
            programme,
            history,
            chosen_at: stands.chosen_at,
            // What was eaten was logged no earlier than that.
            logged_at: stands.logged_at.max(stands.eaten_at),
        })
    }

    /// Whether its recipe was chosen, or the choice taken back, later than this happened.
    pub(super) fn was_chosen_since(&self, work: &Work<'_>) -> bool {
        self.chosen_at > Some(work.occurred_at())
    }

    /// Whether it was logged, or taken out of the log, later than this happened.
    pub(super) fn was_logged_since(&self, work: &Work<'_>) -> bool {
        self.logged_at > Some(work.occurred_at())
    }

    /// Whether it is logged as eaten, by what was decided later than this happened: then that says what it was.
    pub(super) fn was_eaten_since(&self, work: &Work<'_>) -> bool {
        self.meal.eaten_at.is_some() && self.was_logged_since(work)
    }

    /// What the place would serve had the member never touched it; `None` where nothing fits.
    pub(super) fn untouched(&self, work: &Work<'_>) -> Option<RecipeId> {
        let (cycle, programme, history) = (&self.cycle, &self.programme, &self.history);
        let meal = meal(work, self.id, cycle, programme, history, &DayLog::default());
        meal.map(|meal| meal.recipe.id)
    }

    /// What counts on its date.
    pub(super) fn preferences(&self) -> Option<&Preferences> {
        preferences::on(&self.history, self.cycle.date_of(self.id.day.number))
    }

    /// Refuses a meal that is eaten: what happened is not changed by choosing otherwise.
    ///
    /// # Errors
    ///
    /// `MEAL_EATEN`.
    pub(super) fn require_uneaten(&self) -> Result<(), Refusal> {
        if self.meal.eaten_at.is_none() {
            return Ok(());
        }
        Err(UserError::new(Obstacle::MealEaten, ARGUMENT).into())
    }
}

/// The parameters `$1` to `$3` of [`decision::ONE`], and `$4` to `$7`, by which the row of a meal is found.
pub(super) fn key(work: &Work<'_>, about: &About, id: PlannedMealId) -> [Value; 7] {
    let [member, about, at] = decision::one(id.day.cycle.member, about, work.occurred_at());
    let [cycle, day, slot, position] = place(id);
    [member, about, at, cycle, day, slot, position]
}

/// The condition that goes with [`key`].
pub(super) const KEY: &str =
    "member_id = $1 AND cycle_id = $4 AND day = $5 AND slot = $6 AND position = $7";

fn place(id: PlannedMealId) -> [Value; 4] {
    [
        id.day.cycle.id.into(),
        i32::from(id.day.number).into(),
        id.slot.into(),
        i32::from(id.position).into(),
    ]
}

/// Forgets whatever the member did with a meal, by a decision that counts.
pub(super) async fn forget(work: &Work<'_>, about: &About, id: PlannedMealId) -> Result<()> {
    let sql = format!(
        "{DECIDED}
        DELETE FROM meal_choice USING decided WHERE {KEY}",
        DECIDED = decision::ONE,
    );
    let statement = database::statement(sql, key(work, about, id));
    work.transaction().execute_raw(statement).await?;
    Ok(())
}

/// What the member did with a meal, and when they decided so where that is known.
#[derive(FromQueryResult)]
struct Stands {
    recipe_id: Option<RecipeId>,
    servings: Option<i32>,
    eaten_at: Option<DateTime<Utc>>,
    chosen_at: Option<DateTime<Utc>>,
    logged_at: Option<DateTime<Utc>>,
}

impl Stands {
    async fn find(work: &Work<'_>, id: PlannedMealId) -> Result<Self> {
        let sql = "
            SELECT c.recipe_id, c.servings, c.eaten_at, chosen.decided_at AS chosen_at, logged.decided_at AS logged_at
            FROM (VALUES ($1::uuid)) AS m (member_id)
            LEFT JOIN meal_choice c ON c.member_id = m.member_id AND c.cycle_id = $4 AND c.day = $5 AND c.slot = $6
                AND c.position = $7
            LEFT JOIN decision chosen ON chosen.member_id = m.member_id AND chosen.about = $2
            LEFT JOIN decision logged ON logged.member_id = m.member_id AND logged.about = $3";
        let (chosen, logged) = (About::choice_of_meal(id), About::log_of_meal(id));
        let member = id.day.cycle.member.into();
        let values = [member, chosen.as_str().into(), logged.as_str().into()];
        let statement = database::statement(sql, values.into_iter().chain(place(id)));
        let found = Self::find_by_statement(statement).one(work.transaction());
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
    work: &Work<'_>,
    id: PlannedMealId,
    cycle: &Cycle,
    programme: &Programme,
    history: &[Preferences],
    log: &DayLog,
) -> Option<PlannedMeal> {
    let numbers = [id.day.number];
    let days = plan(cycle, numbers, programme, work.catalogue(), history, log);
    let mut meals = days.into_iter().flat_map(|day| day.meals);
    meals.find(|meal| meal.id == id)
}
