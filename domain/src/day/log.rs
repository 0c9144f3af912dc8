//! The member's log of a cycle: completed workouts, and meals that were swapped or eaten. Rows exist only for those,
//! each keyed by day, position and, for meals, slot.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Effort;
use crate::{
    Error, Result, database,
    enums::MealSlot,
    id::{CycleId, RecipeId, WorkoutId},
};

/// A member's log of some days of one cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayLog {
    /// Completed workouts, at most one for each day and position.
    pub completions: Vec<WorkoutCompletion>,
    /// Swapped or eaten meals, at most one for each day, slot and position.
    pub choices: Vec<MealChoice>,
}

/// A completed workout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkoutCompletion {
    /// The number of the day in the cycle, 1 to 28.
    pub day: u8,
    /// The position within the day, from 1.
    pub position: u8,
    /// The workout that was done, which may differ from the current programme.
    pub workout_id: WorkoutId,
    /// When it was done.
    pub completed_at: DateTime<Utc>,
    /// How hard it was, if the member has said so.
    pub effort: Option<Effort>,
}

/// A meal that was swapped, eaten, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MealChoice {
    /// The number of the day in the cycle, 1 to 28.
    pub day: u8,
    /// The slot.
    pub slot: MealSlot,
    /// The position within the slot, from 1.
    pub position: u8,
    /// The recipe chosen or eaten.
    pub recipe_id: RecipeId,
    /// The number of servings.
    pub servings: i32,
    /// When it was eaten; `None` when it was only chosen.
    pub eaten_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct CompletionRow {
    #[sea_orm(nested(prefix = "cycle_"))]
    cycle_id: CycleId,
    day: i32,
    position: i32,
    workout_id: WorkoutId,
    completed_at: DateTime<Utc>,
    effort: Option<Effort>,
}

#[derive(FromQueryResult)]
struct ChoiceRow {
    #[sea_orm(nested(prefix = "cycle_"))]
    cycle_id: CycleId,
    day: i32,
    slot: MealSlot,
    position: i32,
    recipe_id: RecipeId,
    servings: i32,
    eaten_at: Option<DateTime<Utc>>,
}

/// The logs of whole cycles, with an entry for each requested cycle.
pub async fn log(
    db: &impl ConnectionTrait,
    cycles: &[CycleId],
) -> Result<HashMap<CycleId, DayLog>> {
    let mut logs: HashMap<_, DayLog> = cycles.iter().map(|&id| (id, DayLog::default())).collect();
    let sql = "
        SELECT member_id, cycle_id, w.day, w.position, w.workout_id, w.completed_at, w.effort
        FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
        JOIN workout_completion w USING (member_id, cycle_id)
        ORDER BY member_id, cycle_id, w.day, w.position";
    let statement = database::statement(sql, CycleId::uuid_arrays(cycles));
    let completions = CompletionRow::find_by_statement(statement);
    for row in completions.all(db).await? {
        let log = logs.entry(row.cycle_id).or_default();
        log.completions.push(WorkoutCompletion {
            day: to_u8(row.day)?,
            position: to_u8(row.position)?,
            workout_id: row.workout_id,
            completed_at: row.completed_at,
            effort: row.effort,
        });
    }
    let sql = "
        SELECT member_id, cycle_id, c.day, c.slot, c.position, c.recipe_id, c.servings, c.eaten_at
        FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
        JOIN meal_choice c USING (member_id, cycle_id)
        ORDER BY member_id, cycle_id, c.day, c.slot, c.position";
    let statement = database::statement(sql, CycleId::uuid_arrays(cycles));
    let choices = ChoiceRow::find_by_statement(statement);
    for row in choices.all(db).await? {
        let log = logs.entry(row.cycle_id).or_default();
        log.choices.push(MealChoice {
            day: to_u8(row.day)?,
            slot: row.slot,
            position: to_u8(row.position)?,
            recipe_id: row.recipe_id,
            servings: row.servings,
            eaten_at: row.eaten_at,
        });
    }
    Ok(logs)
}

fn to_u8(number: i32) -> Result<u8> {
    let out_of_range = |_| {
        Error::Invariant(format!(
            "a day number or position is out of range: {number}"
        ))
    };
    u8::try_from(number).map_err(out_of_range)
}
