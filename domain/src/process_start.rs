//! The starts of processes, by which operators see what is deployed: the table `process_start`.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Result,
    database::{self, Purge},
    enums::stored_enum,
    id,
};

stored_enum! {
    /// What a process does.
    ProcessRole {
        /// It answers requests, and may do background work too.
        Gateway = "GATEWAY",
        /// It does background work only.
        Worker = "WORKER",
    }
}

/// A start of a process.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ProcessStart {
    /// The id of the row.
    pub id: Uuid,
    /// When the process started.
    pub started_at: DateTime<Utc>,
    /// What it does.
    pub role: ProcessRole,
    /// The version of the program.
    pub version: String,
    /// Which of two deployments that run side by side it belongs to, such as `blue`.
    pub deployment: Option<String>,
}

/// Records that a process started.
pub async fn record(
    db: &impl ConnectionTrait,
    role: ProcessRole,
    version: &str,
    deployment: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "
        INSERT INTO process_start (id, started_at, role, version, deployment)
        VALUES ($1, $2, $3, $4, $5)";
    let values = [
        id::new_v7(now).into(),
        now.into(),
        role.into(),
        version.into(),
        deployment.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// The latest 50 starts, latest first.
pub async fn latest(db: &impl ConnectionTrait) -> Result<Vec<ProcessStart>> {
    let sql = "
        SELECT id, started_at, role, version, deployment
        FROM process_start
        ORDER BY started_at DESC, id DESC
        LIMIT 50";
    let statement = database::statement(sql, []);
    Ok(ProcessStart::find_by_statement(statement).all(db).await?)
}

/// How long starts are kept.
pub const RETENTION: TimeDelta = TimeDelta::days(90);

/// Deletes starts, by their time.
pub const PURGE: Purge = Purge::new("process_start", "id", "started_at");
