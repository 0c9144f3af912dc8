//! What a member did or changed in the days of a cycle. A row only where they
//! did, each keyed by day, position and, for meals, slot.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{Effort, MealSlot, choice_entity, completion_entity};
use crate::{
    Error, Result, database,
    id::{CycleId, MemberId, RecipeId, WorkoutId},
};

/// Everything that a member did or changed in some days of one cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayLog {
    /// At most one for each day and position.
    pub completions: Vec<WorkoutCompletion>,
    /// At most one for each day, slot and position.
    pub choices: Vec<MealChoice>,
}

/// A scheduled workout that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkoutCompletion {
    /// 1 to 28.
    pub day: u8,
    /// From 1.
    pub position: u8,
    /// The workout that was done, whatever the programme says by now.
    pub workout_id: WorkoutId,
    /// When.
    pub completed_at: DateTime<Utc>,
    /// How hard it was, where the member said so.
    pub effort: Option<Effort>,
}

/// A meal that was swapped, eaten, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MealChoice {
    /// 1 to 28.
    pub day: u8,
    /// The slot.
    pub slot: MealSlot,
    /// From 1, within the slot.
    pub position: u8,
    /// The recipe chosen or eaten.
    pub recipe_id: RecipeId,
    /// How many servings.
    pub servings: i32,
    /// When it was eaten; `None` where it was only chosen.
    pub eaten_at: Option<DateTime<Utc>>,
}

/// What the members did or changed in whole cycles; an entry for each cycle.
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
    let statement = database::statement(sql, CycleId::columns(cycles));
    let completions = completion_entity::Model::find_by_statement(statement);
    for row in completions.all(db).await? {
        let log = logs.entry(cycle_of(row.member_id, row.cycle_id));
        log.or_default().completions.push(WorkoutCompletion {
            day: small(row.day)?,
            position: small(row.position)?,
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
    let statement = database::statement(sql, CycleId::columns(cycles));
    let choices = choice_entity::Model::find_by_statement(statement);
    for row in choices.all(db).await? {
        let log = logs.entry(cycle_of(row.member_id, row.cycle_id));
        log.or_default().choices.push(MealChoice {
            day: small(row.day)?,
            slot: row.slot,
            position: small(row.position)?,
            recipe_id: row.recipe_id,
            servings: row.servings,
            eaten_at: row.eaten_at,
        });
    }
    Ok(logs)
}

fn cycle_of(member: MemberId, id: Uuid) -> CycleId {
    CycleId { member, id }
}

fn small(number: i32) -> Result<u8> {
    let impossible = |_| Error::Invariant(format!("a day has no place {number}"));
    u8::try_from(number).map_err(impossible)
}
