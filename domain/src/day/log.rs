//! The member's log of a cycle: completed workouts, and meals that were swapped or eaten. Rows exist only for those,
//! each keyed by day, position and, for meals, slot.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use super::Effort;
use crate::{
    Error, Result,
    database::{self, Fetch, FromRow, RowReader},
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

/// A completed workout, which has no slot, or a meal.
struct Row {
    cycle_id: CycleId,
    day: i32,
    slot: Option<MealSlot>,
    position: i32,
    /// Of the workout or the recipe.
    item_id: Uuid,
    servings: Option<i32>,
    done_at: Option<DateTime<Utc>>,
    effort: Option<Effort>,
}

impl FromRow for Row {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            cycle_id: CycleId::from_row(row)?,
            day: row.read()?,
            slot: row.read()?,
            position: row.read()?,
            item_id: row.read()?,
            servings: row.read()?,
            done_at: row.read()?,
            effort: row.read()?,
        })
    }
}

/// The logs of whole cycles, with an entry for each requested cycle.
pub async fn log(db: &impl Fetch, cycles: &[CycleId]) -> Result<HashMap<CycleId, DayLog>> {
    let mut logs: HashMap<_, DayLog> = cycles.iter().map(|&id| (id, DayLog::default())).collect();
    let sql = "
        WITH k AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id))
        SELECT member_id, cycle_id, day, NULL AS slot, position, workout_id AS item_id, NULL::int AS servings,
               completed_at AS done_at, effort
        FROM k
        JOIN workout_completion USING (member_id, cycle_id)
        UNION ALL
        SELECT member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at, NULL
        FROM k
        JOIN meal_choice USING (member_id, cycle_id)
        ORDER BY member_id, cycle_id, day, slot, position";
    let statement = database::statement(sql, CycleId::uuid_arrays(cycles));
    for row in db.fetch::<Row>(statement).await? {
        let (day, position) = (to_u8(row.day)?, to_u8(row.position)?);
        let log = logs.entry(row.cycle_id).or_default();
        match (row.slot, row.servings, row.done_at) {
            (Some(slot), Some(servings), eaten_at) => log.choices.push(MealChoice {
                day,
                slot,
                position,
                recipe_id: RecipeId(row.item_id),
                servings,
                eaten_at,
            }),
            (_, _, Some(completed_at)) => log.completions.push(WorkoutCompletion {
                day,
                position,
                workout_id: WorkoutId(row.item_id),
                completed_at,
                effort: row.effort,
            }),
            _ => {
                return Err(Error::Invariant(
                    "a workout was completed at no time".to_owned(),
                ));
            }
        }
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
