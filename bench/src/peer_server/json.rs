//! One statement, which returns the member's rows as one JSON document. The catalogue is in memory.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use coach_domain::{
    catalogue::Catalogue,
    clock::{Clock as _, SystemClock},
    day::{
        Effort,
        log::{DayLog, MealChoice, WorkoutCompletion},
    },
    enums::{Allergen, Diet, Goal, Level, MealSlot},
    id::{MemberId, PlanId, RecipeId, WorkoutId},
    preferences::Preferences,
    subscription::{Access, Entitlement},
    viewer::Subject,
};
use deadpool_postgres::Pool;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Peer,
    pool::select,
    rows::OpenCycle,
    today::{ActivePlan, Profile, Schedule, Today},
    view,
};

const STATEMENT: &str = include_str!("json.sql");

/// The server.
pub(super) struct Json {
    pub(super) db: Pool,
    pub(super) catalogue: Arc<Catalogue>,
}

#[derive(Deserialize)]
struct Document<'a> {
    id: MemberId,
    display_name: String,
    time_zone: &'a str,
    entitlement: Option<Times>,
    plan: Option<Plan>,
    cycle: Option<OpenCycle>,
    preferences: Vec<PreferencesRow>,
    completions: Vec<Completion>,
    choices: Vec<Choice>,
    favourites: HashSet<RecipeId>,
}

#[derive(Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the columns"
)]
struct Times {
    trial_ends_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    grace_ends_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Plan {
    id: Uuid,
    goal: Goal,
}

#[derive(Deserialize)]
struct PreferencesRow {
    effective_from: NaiveDate,
    goal: Goal,
    level: Level,
    diet: Diet,
    allergens: Vec<Allergen>,
    days_per_week: i32,
}

#[derive(Deserialize)]
struct Completion {
    day: u8,
    position: u8,
    workout_id: WorkoutId,
    completed_at: DateTime<Utc>,
    effort: Option<Effort>,
}

#[derive(Deserialize)]
struct Choice {
    day: u8,
    slot: MealSlot,
    position: u8,
    recipe_id: RecipeId,
    servings: i32,
    eaten_at: Option<DateTime<Utc>>,
}

impl Peer for Json {
    async fn respond(&self, subject: &Subject, _: &[u8]) -> anyhow::Result<Vec<u8>> {
        let client = self.db.get().await?;
        let found = select(&client, STATEMENT, &[&subject.issuer, &subject.subject]).await?;
        let today = match found.first() {
            Some(row) => self.today(serde_json::from_str(row.try_get(0)?)?)?,
            None => Today::default(),
        };
        Ok(serde_json::to_vec(&view::Body::of(&today))?)
    }
}

impl Json {
    fn today(&self, document: Document<'_>) -> anyhow::Result<Today> {
        let now = SystemClock.now();
        let entitlement = document.entitlement.map(Entitlement::from);
        let mut today = Today {
            profile: Some(Profile {
                id: document.id,
                display_name: document.display_name,
                access: entitlement.map_or(Access::None, |it| it.access(now)),
            }),
            favourites: document.favourites,
            ..Today::default()
        };
        let Some(Plan { id, goal }) = document.plan else {
            return Ok(today);
        };
        let member = document.id;
        let plan = PlanId { member, id };
        today.plan = Some(ActivePlan { id: plan, goal });
        let schedule = Schedule {
            history: document.preferences.into_iter().map(Into::into).collect(),
            log: DayLog {
                completions: document.completions.into_iter().map(Into::into).collect(),
                choices: document.choices.into_iter().map(Into::into).collect(),
            },
        };
        if let Some(cycle) = document.cycle {
            let cycle = cycle.of(plan, document.time_zone, now)?;
            today.follow(cycle, &schedule, &self.catalogue, now)?;
        }
        Ok(today)
    }
}

impl From<Times> for Entitlement {
    fn from(times: Times) -> Self {
        Self {
            trial_ends_at: times.trial_ends_at,
            expires_at: times.expires_at,
            grace_ends_at: times.grace_ends_at,
            ..Self::default()
        }
    }
}

impl From<PreferencesRow> for Preferences {
    fn from(row: PreferencesRow) -> Self {
        Self {
            effective_from: row.effective_from,
            goal: row.goal,
            level: row.level,
            diet: row.diet,
            allergens: row.allergens,
            days_per_week: row.days_per_week,
        }
    }
}

impl From<Completion> for WorkoutCompletion {
    fn from(row: Completion) -> Self {
        Self {
            day: row.day,
            position: row.position,
            workout_id: row.workout_id,
            completed_at: row.completed_at,
            effort: row.effort,
        }
    }
}

impl From<Choice> for MealChoice {
    fn from(row: Choice) -> Self {
        Self {
            day: row.day,
            slot: row.slot,
            position: row.position,
            recipe_id: row.recipe_id,
            servings: row.servings,
            eaten_at: row.eaten_at,
        }
    }
}
