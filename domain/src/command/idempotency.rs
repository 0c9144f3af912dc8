//! Remembering which commands were done.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, JsonValue};
use sha2::{Digest as _, Sha256};

use super::{Asked, Command, Obstacle, Refusal, UserError};
use crate::{
    Error, Result,
    database::{self, Sweep},
};

fn hash<C: Command>(asked: &Asked<'_>, command: &C) -> Result<Vec<u8>> {
    let arguments = serde_json::to_vec(&(command, asked.occurred_at));
    let arguments = arguments.map_err(|error| Error::Invariant(error.to_string()))?;
    Ok(Sha256::digest(arguments).to_vec())
}

/// What came of the command when it was done with this key.
pub(super) async fn find<C: Command>(
    db: &impl ConnectionTrait,
    asked: &Asked<'_>,
    command: &C,
) -> Result<Option<C::Outcome>, Refusal> {
    let sql = "
        SELECT command, arguments, outcome
        FROM idempotency_key
        WHERE issuer = $1 AND subject = $2 AND key = $3";
    let (subject, key) = (asked.subject, asked.idempotency_key);
    let values = [
        subject.issuer.as_str().into(),
        subject.subject.as_str().into(),
        key.into(),
    ];
    let Some(row) = db.query_one_raw(database::statement(sql, values)).await? else {
        return Ok(None);
    };
    let name: String = row.try_get_by_index(0)?;
    let arguments: Vec<u8> = row.try_get_by_index(1)?;
    if name != C::NAME || arguments != hash(asked, command)? {
        return Err(UserError::new(Obstacle::KeyReused, "idempotencyKey").into());
    }
    let outcome: JsonValue = row.try_get_by_index(2)?;
    let outcome = serde_json::from_value(outcome);
    let outcome = outcome.map_err(|error| Error::Invariant(error.to_string()))?;
    Ok(Some(outcome))
}

/// Keeps what came of a command.
pub(super) async fn keep<C: Command>(
    db: &impl ConnectionTrait,
    asked: &Asked<'_>,
    command: &C,
    outcome: &C::Outcome,
    now: DateTime<Utc>,
) -> Result<()> {
    let outcome = serde_json::to_value(outcome);
    let outcome = outcome.map_err(|error| Error::Invariant(error.to_string()))?;
    let sql = "
        INSERT INTO idempotency_key (issuer, subject, key, command, arguments, outcome, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        asked.subject.issuer.as_str().into(),
        asked.subject.subject.as_str().into(),
        asked.idempotency_key.into(),
        C::NAME.into(),
        hash(asked, command)?.into(),
        outcome.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// Deletes at most `most` keys that are older than `before`; says how many there were.
pub async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>, most: u32) -> Result<u64> {
    let sweep = Sweep {
        table: "idempotency_key",
        key: "issuer, subject, key",
        age: "created_at",
    };
    sweep.run(db, before, most).await
}
