//! The audit log of staff actions: the table `audit`.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, database, id};

/// A new entry of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry<'a> {
    /// The subject of the access token, or the name of the operating system's user.
    pub actor: &'a str,
    /// The action, such as `queue.redrive`.
    pub action: &'static str,
    /// The target and result of the action, without personal data of members.
    pub detail: Value,
}

/// Writes an entry. To be called in the transaction of the action.
pub async fn record(
    db: &impl ConnectionTrait,
    entry: &AuditEntry<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "
        INSERT INTO audit (id, occurred_at, actor, action, detail)
        VALUES ($1, $2, $3, $4, $5)";
    let values = [
        id::new_v7(now).into(),
        now.into(),
        entry.actor.into(),
        entry.action.into(),
        entry.detail.clone().into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// An entry as it is stored in the audit log.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct StoredAuditEntry {
    /// A `UUIDv7`, which sorts by time.
    pub id: Uuid,
    /// When the action happened.
    pub occurred_at: DateTime<Utc>,
    /// The subject of the access token, or the name of the operating system's user.
    pub actor: String,
    /// The action, such as `queue.redrive`.
    pub action: String,
    /// The target and result of the action.
    pub detail: Value,
}

/// At most `limit` entries, newest first.
pub async fn newest(db: &impl ConnectionTrait, limit: u32) -> Result<Vec<StoredAuditEntry>> {
    let sql = "
        SELECT id, occurred_at, actor, action, detail
        FROM audit
        ORDER BY occurred_at DESC, id DESC
        LIMIT $1";
    let statement = database::statement(sql, [i64::from(limit).into()]);
    Ok(StoredAuditEntry::find_by_statement(statement)
        .all(db)
        .await?)
}
