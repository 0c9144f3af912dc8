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

/// The log of a cycle: an array for each column, because a row for each entry costs Postgres and us several times as much.
struct CycleLog {
    cycle_id: CycleId,
    log: DayLog,
}

impl FromRow for CycleLog {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        let cycle_id = CycleId::from_row(row)?;
        let days: Vec<i32> = row.read()?;
        let positions: Vec<i32> = row.read()?;
        let workouts: Vec<WorkoutId> = row.read()?;
        let completed_at: Vec<DateTime<Utc>> = row.read()?;
        let efforts: Vec<Option<Effort>> = row.read()?;
        let completions = days
            .into_iter()
            .zip(positions)
            .zip(workouts)
            .zip(completed_at)
            .zip(efforts)
            .map(|((((day, position), workout_id), completed_at), effort)| {
                Ok(WorkoutCompletion {
                    day: to_u8(day)?,
                    position: to_u8(position)?,
                    workout_id,
                    completed_at,
                    effort,
                })
            });
        let completions: Vec<_> = completions.collect::<Result<_, DbErr>>()?;
        let days: Vec<i32> = row.read()?;
        let slots: Vec<MealSlot> = row.read()?;
        let positions: Vec<i32> = row.read()?;
        let recipes: Vec<RecipeId> = row.read()?;
        let servings: Vec<i32> = row.read()?;
        let eaten_at: Vec<Option<DateTime<Utc>>> = row.read()?;
        let choices = days
            .into_iter()
            .zip(slots)
            .zip(positions)
            .zip(recipes)
            .zip(servings)
            .zip(eaten_at)
            .map(
                |(((((day, slot), position), recipe_id), servings), eaten_at)| {
                    Ok(MealChoice {
                        day: to_u8(day)?,
                        slot,
                        position: to_u8(position)?,
                        recipe_id,
                        servings,
                        eaten_at,
                    })
                },
            );
        let choices = choices.collect::<Result<_, DbErr>>()?;
        let log = DayLog {
            completions,
            choices,
        };
        Ok(Self { cycle_id, log })
    }
}

/// The logs of whole cycles, with an entry for each requested cycle.
pub async fn log(db: &impl Fetch, cycles: &[CycleId]) -> Result<HashMap<CycleId, DayLog>> {
    let sql = "
        SELECT k.member_id, k.cycle_id,
               w.days, w.positions, w.workouts, w.completed_at, w.efforts,
               m.days, m.slots, m.positions, m.recipes, m.servings, m.eaten_at
        FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(day), '{}') AS days, coalesce(array_agg(position), '{}') AS positions,
                   coalesce(array_agg(workout_id), '{}') AS workouts, coalesce(array_agg(completed_at), '{}') AS completed_at,
                   coalesce(array_agg(effort), '{}') AS efforts
            FROM (
                SELECT day, position, workout_id, completed_at, effort
                FROM workout_completion
                WHERE member_id = k.member_id AND cycle_id = k.cycle_id
                ORDER BY day, position
            ) completion
        ) w
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(day), '{}') AS days, coalesce(array_agg(slot), '{}') AS slots,
                   coalesce(array_agg(position), '{}') AS positions, coalesce(array_agg(recipe_id), '{}') AS recipes,
                   coalesce(array_agg(servings), '{}') AS servings, coalesce(array_agg(eaten_at), '{}') AS eaten_at
            FROM (
                SELECT day, slot, position, recipe_id, servings, eaten_at
                FROM meal_choice
                WHERE member_id = k.member_id AND cycle_id = k.cycle_id
                ORDER BY day, slot, position
            ) choice
        ) m";
    let statement = database::statement(sql, CycleId::uuid_arrays(cycles));
    let logs = db.fetch::<CycleLog>(statement).await?.into_iter();
    Ok(logs.map(|row| (row.cycle_id, row.log)).collect())
}

fn to_u8(number: i32) -> Result<u8, DbErr> {
    u8::try_from(number).map_err(|_| {
        DbErr::Type(format!(
            "a day number or position is out of range: {number}"
        ))
    })
}
