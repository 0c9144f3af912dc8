//! Idempotency keys: which commands were executed, and with which result.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, JsonValue};
use sha2::{Digest as _, Sha256};

use super::{Command, CommandError, CommandRequest, UserError, UserErrorReason};
use crate::{
    Error, Result,
    database::{self, Purge},
};

fn hash<C: Command>(request: &CommandRequest<'_>, command: &C) -> Result<Vec<u8>> {
    let arguments = serde_json::to_vec(&(command, request.occurred_at));
    let arguments = arguments.map_err(|error| Error::Invariant(error.to_string()))?;
    Ok(Sha256::digest(arguments).to_vec())
}

/// The output of the command that was executed with this key; `None` if the key is unused. `IDEMPOTENCY_KEY_REUSED` if
/// it was used for another command or other arguments.
pub(super) async fn find<C: Command>(
    db: &impl ConnectionTrait,
    request: &CommandRequest<'_>,
    command: &C,
) -> Result<Option<C::Output>, CommandError> {
    let sql = "
        SELECT command, arguments, outcome
        FROM idempotency_key
        WHERE issuer = $1 AND subject = $2 AND key = $3";
    let (subject, key) = (request.subject, request.idempotency_key);
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
    if name != C::NAME || arguments != hash(request, command)? {
        return Err(UserError::new(UserErrorReason::KeyReused, "idempotencyKey").into());
    }
    let output: JsonValue = row.try_get_by_index(2)?;
    let output = serde_json::from_value(output);
    let output = output.map_err(|error| Error::Invariant(error.to_string()))?;
    Ok(Some(output))
}

/// Stores a command's key with its output.
pub(super) async fn insert<C: Command>(
    db: &impl ConnectionTrait,
    request: &CommandRequest<'_>,
    command: &C,
    output: &C::Output,
    now: DateTime<Utc>,
) -> Result<()> {
    let output = serde_json::to_value(output);
    let output = output.map_err(|error| Error::Invariant(error.to_string()))?;
    let sql = "
        INSERT INTO idempotency_key (issuer, subject, key, command, arguments, outcome, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        request.subject.issuer.as_str().into(),
        request.subject.subject.as_str().into(),
        request.idempotency_key.into(),
        C::NAME.into(),
        hash(request, command)?.into(),
        output.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// Deletes idempotency keys, by when they were recorded.
pub const PURGE: Purge = Purge::new("idempotency_key", "issuer, subject, key", "created_at");
