//! The audit log of staff actions: the table `audit`.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, database, id, viewer::Subject};

/// Who takes an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor<'a> {
    /// The subject of the access token, or the name of the operating system's user.
    pub name: &'a str,
    /// The issuer of the access token. It is added to the entry's detail, as `issuer`.
    pub issuer: Option<&'a str>,
}

impl<'a> Actor<'a> {
    /// An operator without an access token: on a machine of the service.
    pub const fn operator(name: &'a str) -> Self {
        Self { name, issuer: None }
    }
}

impl<'a> From<&'a Subject> for Actor<'a> {
    fn from(subject: &'a Subject) -> Self {
        Self {
            name: &subject.subject,
            issuer: Some(&subject.issuer),
        }
    }
}

/// A new entry of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry<'a> {
    /// Who takes the action.
    pub actor: Actor<'a>,
    /// The action, such as `queue.redrive`.
    pub action: &'static str,
    /// The target and result of the action, without personal data of members: a JSON object.
    pub detail: Value,
}

/// Writes an entry. To be called in the transaction of the action.
pub async fn record(
    db: &impl ConnectionTrait,
    entry: &AuditEntry<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    begin(db, entry, now).await.map(drop)
}

/// Writes an entry before its action, whose result it does not state yet: for actions that take effect outside of the
/// transaction. To be called in the transaction of the action, as are the methods of the result.
pub async fn begin(
    db: &impl ConnectionTrait,
    entry: &AuditEntry<'_>,
    now: DateTime<Utc>,
) -> Result<BegunEntry> {
    let id = id::new_v7(now);
    let mut detail = entry.detail.clone();
    if let Some(issuer) = entry.actor.issuer {
        detail["issuer"] = issuer.into();
    }
    let sql = "
        INSERT INTO audit (id, occurred_at, actor, action, detail)
        VALUES ($1, $2, $3, $4, $5)";
    let values = [
        id.into(),
        now.into(),
        entry.actor.name.into(),
        entry.action.into(),
        detail.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(BegunEntry(id))
}

/// An entry whose action is in progress.
#[derive(Debug)]
#[must_use]
pub struct BegunEntry(Uuid);

impl BegunEntry {
    /// Adds the result of the action to the entry's detail.
    pub async fn complete(self, db: &impl ConnectionTrait, result: Value) -> Result<()> {
        let sql = "UPDATE audit SET detail = detail || $2 WHERE id = $1";
        let statement = database::statement(sql, [self.0.into(), result.into()]);
        db.execute_raw(statement).await?;
        Ok(())
    }

    /// Removes the entry: the action has changed nothing.
    pub async fn withdraw(self, db: &impl ConnectionTrait) -> Result<()> {
        let sql = "DELETE FROM audit WHERE id = $1";
        db.execute_raw(database::statement(sql, [self.0.into()]))
            .await?;
        Ok(())
    }
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
