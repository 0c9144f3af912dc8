//! Rows of tokio-postgres as values of the domain.

use chrono::{DateTime, Utc};
use coach_domain::{
    cycle::{self, Cycle},
    day::log::{MealChoice, WorkoutCompletion},
    id::{CycleId, MemberId, PlanId, ProgrammeId, RecipeId, WorkoutId},
    preferences::Preferences,
    subscription::{Access, Entitlement},
};
use serde::{
    Deserialize,
    de::value::{Error, StrDeserializer},
};
use tokio_postgres::Row;
use uuid::Uuid;

use super::today::Profile;

/// The columns of [`profile`], for a member `m` with an effective subscription `s`.
pub(super) const PROFILE: &str =
    "m.id, m.display_name, m.time_zone, s.member_id IS NOT NULL AS subscribed,
     s.trial_ends_at, s.expires_at, s.grace_ends_at";

/// A join with the effective subscription: the one whose entitlement ends last.
pub(super) const EFFECTIVE_SUBSCRIPTION: &str = "
    LEFT JOIN LATERAL (
        SELECT member_id, trial_ends_at, expires_at, grace_ends_at
        FROM subscription
        WHERE member_id = m.id
        ORDER BY CASE WHEN trial_ends_at IS NULL AND expires_at IS NULL THEN 'infinity'
                      ELSE GREATEST(trial_ends_at, expires_at, grace_ends_at) END DESC,
                 updated_at DESC, id
        LIMIT 1
    ) s ON TRUE";

/// What Today shows of a member.
pub(super) fn profile(row: &Row, now: DateTime<Utc>) -> anyhow::Result<Profile> {
    let entitlement = Entitlement {
        trial_ends_at: row.try_get("trial_ends_at")?,
        expires_at: row.try_get("expires_at")?,
        grace_ends_at: row.try_get("grace_ends_at")?,
        ..Entitlement::default()
    };
    let subscribed: bool = row.try_get("subscribed")?;
    Ok(Profile {
        id: MemberId(row.try_get("id")?),
        display_name: row.try_get("display_name")?,
        access: if subscribed {
            entitlement.access(now)
        } else {
            Access::None
        },
    })
}

/// The open cycle of an active plan.
pub(super) fn open_cycle(
    row: &Row,
    plan: PlanId,
    time_zone: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Cycle> {
    let cycle = OpenCycle {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        starts_on: row.try_get("starts_on")?,
        programme_id: row.try_get("programme_id")?,
        programme_version: row.try_get("programme_version")?,
        seed: row.try_get("seed")?,
    };
    cycle.of(plan, time_zone, now)
}

/// The columns of an open cycle.
#[derive(Deserialize)]
pub(super) struct OpenCycle {
    id: Uuid,
    number: i32,
    starts_on: chrono::NaiveDate,
    programme_id: Uuid,
    programme_version: i32,
    seed: i64,
}

impl OpenCycle {
    /// The cycle, as part of an active plan.
    pub(super) fn of(
        self,
        plan: PlanId,
        time_zone: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Cycle> {
        let mut cycle = Cycle {
            id: CycleId {
                member: plan.member,
                id: self.id,
            },
            plan_id: plan,
            number: self.number,
            starts_on: self.starts_on,
            ends_on: cycle::ends_on(self.starts_on),
            check_in_opens_on: cycle::check_in_opens_on(self.starts_on),
            check_in_due: false,
            closed_on: None,
            programme: ProgrammeId(self.programme_id),
            programme_version: self.programme_version,
            seed: self.seed,
            wanted: None,
            time_zone: time_zone.parse().map_err(anyhow::Error::msg)?,
            plan_ended_on: None,
        };
        let today = now.with_timezone(&cycle.time_zone).date_naive();
        cycle.check_in_due = cycle::check_in_due(cycle.starts_on, None, None, today);
        Ok(cycle)
    }
}

/// Preferences.
pub(super) fn preferences(row: &Row) -> anyhow::Result<Preferences> {
    let allergens: Vec<&str> = row.try_get("allergens")?;
    let allergens = allergens.into_iter().map(stored);
    Ok(Preferences {
        effective_from: row.try_get("effective_from")?,
        goal: stored(row.try_get("goal")?)?,
        level: stored(row.try_get("level")?)?,
        diet: stored(row.try_get("diet")?)?,
        allergens: allergens.collect::<Result<_, _>>()?,
        days_per_week: row.try_get("days_per_week")?,
    })
}

/// A completed workout.
pub(super) fn completion(row: &Row) -> anyhow::Result<WorkoutCompletion> {
    let effort: Option<&str> = row.try_get("effort")?;
    Ok(WorkoutCompletion {
        day: row.try_get::<_, i32>("day")?.try_into()?,
        position: row.try_get::<_, i32>("position")?.try_into()?,
        workout_id: WorkoutId(row.try_get("workout_id")?),
        completed_at: row.try_get("completed_at")?,
        effort: effort.map(stored).transpose()?,
    })
}

/// A swapped or eaten meal.
pub(super) fn choice(row: &Row) -> anyhow::Result<MealChoice> {
    Ok(MealChoice {
        day: row.try_get::<_, i32>("day")?.try_into()?,
        slot: stored(row.try_get("slot")?)?,
        position: row.try_get::<_, i32>("position")?.try_into()?,
        recipe_id: RecipeId(row.try_get("recipe_id")?),
        servings: row.try_get("servings")?,
        eaten_at: row.try_get("eaten_at")?,
    })
}

/// The value of an enum that is stored as this text.
pub(super) fn stored<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    T::deserialize(StrDeserializer::new(text))
}
