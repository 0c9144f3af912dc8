//! The member's log of a cycle: completed workouts, and meals that were swapped or eaten. Rows exist only for those,
//! each keyed by day, position and, for meals, slot.

use std::collections::HashMap;

use super::Effort;
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    enums::MealSlot,
    id::{CycleId, RecipeId, WorkoutId},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

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

impl FromRow for WorkoutCompletion {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            day: to_u8(row.read()?)?,
            position: to_u8(row.read()?)?,
            workout_id: row.read()?,
            completed_at: row.read()?,
            effort: row.read()?,
        })
    }
}

impl FromRow for MealChoice {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            day: to_u8(row.read()?)?,
            slot: row.read()?,
            position: to_u8(row.read()?)?,
            recipe_id: row.read()?,
            servings: row.read()?,
            eaten_at: row.read()?,
        })
    }
}

impl FromRow for DayLog {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            completions: row.read_records()?,
            choices: row.read_records()?,
        })
    }
}

struct CycleLog {
    cycle: CycleId,
    log: DayLog,
}

impl FromRow for CycleLog {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            cycle: CycleId::from_row(row)?,
            log: DayLog::from_row(row)?,
        })
    }
}

/// The logs of whole cycles, with an entry for each requested cycle.
pub async fn log(db: &impl Fetch, cycles: &[CycleId]) -> Result<HashMap<CycleId, DayLog>> {
    // One row for each cycle: a row for each entry costs Postgres and us several times as much.
    let sql = "
        SELECT k.member_id, k.cycle_id,
               ARRAY(
                   SELECT (day, position, workout_id, completed_at, effort)
                   FROM workout_completion
                   WHERE member_id = k.member_id AND cycle_id = k.cycle_id
                   ORDER BY day, position
               ) AS completions,
               ARRAY(
                   SELECT (day, slot, position, recipe_id, servings, eaten_at)
                   FROM meal_choice
                   WHERE member_id = k.member_id AND cycle_id = k.cycle_id
                   ORDER BY day, slot, position
               ) AS choices
        FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)";
    let statement = database::statement(sql, CycleId::uuid_arrays(cycles));
    let logs = db.fetch::<CycleLog>(statement).await?.into_iter();
    Ok(logs.map(|row| (row.cycle, row.log)).collect())
}

fn to_u8(number: i32) -> Result<u8, DbErr> {
    u8::try_from(number).map_err(|_| {
        DbErr::Type(format!(
            "a day number or position is out of range: {number}"
        ))
    })
}
