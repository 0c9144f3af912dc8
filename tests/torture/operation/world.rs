//! The inputs of mutations: members, and what they have not done yet.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    id::{CycleId, DayId, MemberId, ScheduledWorkoutId},
};
use coach_gateway::auth::LocalIssuer;
use sea_orm::QueryResult;

use coach_tests::Random;

use crate::stage::{Database, value};

/// A workout that its member has not completed yet.
pub(super) struct Workout {
    pub(super) subject: String,
    pub(super) id: ScheduledWorkoutId,
}

/// All inputs of a run that are not used up yet.
pub(crate) struct World {
    issuer: LocalIssuer,
    tokens: HashMap<String, String>,
    pub(super) started_at: DateTime<Utc>,
    pub(super) workouts: Vec<Workout>,
    /// Members whose check-in is due, each with the cycle that it closes.
    pub(super) due: Vec<(String, CycleId)>,
    /// Members without a plan.
    pub(super) idle: Vec<String>,
    /// Members with a plan and without any recorded consent.
    pub(super) without_consent: Vec<String>,
}

impl World {
    /// Loads the inputs from a new database; the workouts in random order.
    pub(crate) async fn load(
        database: &Database,
        issuer: LocalIssuer,
        random: &mut Random,
    ) -> anyhow::Result<Self> {
        let mut workouts = workouts(database).await?;
        random.shuffle(&mut workouts);
        let due = "SELECT address, id, cycle_id FROM torture.person WHERE part = 'due' ORDER BY n";
        let due = database.rows(due).await?;
        let due = due.iter().map(|row| Ok((value(row, 0)?, cycle(row)?)));
        Ok(Self {
            issuer,
            tokens: HashMap::new(),
            started_at: SystemClock.now(),
            workouts,
            due: due.collect::<anyhow::Result<_>>()?,
            idle: addresses(database, "idle").await?,
            without_consent: addresses(database, "training").await?,
        })
    }

    /// The access token of a member.
    pub(super) fn token(&mut self, subject: &str) -> anyhow::Result<String> {
        if let Some(token) = self.tokens.get(subject) {
            return Ok(token.clone());
        }
        let token = self.issuer.token(subject, &[], self.started_at)?;
        self.tokens.insert(subject.to_owned(), token.clone());
        Ok(token)
    }
}

async fn addresses(database: &Database, part: &str) -> anyhow::Result<Vec<String>> {
    let sql = format!("SELECT address FROM torture.person WHERE part = '{part}' ORDER BY n");
    let rows = database.rows(&sql).await?;
    rows.iter().map(|row| value(row, 0)).collect()
}

async fn workouts(database: &Database) -> anyhow::Result<Vec<Workout>> {
    let sql = "
        SELECT address, member_id, cycle_id, day, position
        FROM torture.workout
        ORDER BY address, day, position";
    let rows = database.rows(sql).await?;
    let workouts = rows.iter().map(|row| {
        let day = DayId {
            cycle: cycle(row)?,
            number: u8::try_from(value::<i16>(row, 3)?)?,
        };
        let position = u8::try_from(value::<i16>(row, 4)?)?;
        Ok(Workout {
            subject: value(row, 0)?,
            id: ScheduledWorkoutId { day, position },
        })
    });
    workouts.collect()
}

/// The cycle of a row, whose second column is the member's id and whose third is the cycle's.
fn cycle(row: &QueryResult) -> anyhow::Result<CycleId> {
    Ok(CycleId {
        member: MemberId(value(row, 1)?),
        id: value(row, 2)?,
    })
}
