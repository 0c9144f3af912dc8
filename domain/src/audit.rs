//! Who of the staff did what: the table `audit`.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, database, id};

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed<'a> {
    /// Who: the subject of a token, or the user of a machine.
    pub actor: &'a str,
    /// What, such as `queue.redrive`.
    pub action: &'static str,
    /// To what, and what came of it. Nothing of members' own.
    pub detail: Value,
}

/// Records it; to be called in the transaction that does it.
pub async fn record(db: &impl ConnectionTrait, deed: &Deed<'_>, now: DateTime<Utc>) -> Result<()> {
    let sql = "
        INSERT INTO audit (id, occurred_at, actor, action, detail)
        VALUES ($1, $2, $3, $4, $5)";
    let values = [
        id::at(now).into(),
        now.into(),
        deed.actor.into(),
        deed.action.into(),
        deed.detail.clone().into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// A row.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Entry {
    /// Sorts by time.
    pub id: Uuid,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what, and what came of it.
    pub detail: Value,
}

/// The newest entries, newest first.
pub async fn newest(db: &impl ConnectionTrait, most: u32) -> Result<Vec<Entry>> {
    let sql = "
        SELECT id, occurred_at, actor, action, detail
        FROM audit
        ORDER BY occurred_at DESC, id DESC
        LIMIT $1";
    let statement = database::statement(sql, [i64::from(most).into()]);
    Ok(Entry::find_by_statement(statement).all(db).await?)
}
