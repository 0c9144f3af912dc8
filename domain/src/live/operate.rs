//! Interventions of operators.

use sea_orm::ConnectionTrait;

use super::{Fact, LiveSession, fact::record_facts, find::lock, status};
use crate::{Result, database, id::LiveSessionId, outbox::OutboxBatch};

/// Records facts that an operator states, as if the provider had reported them. Returns the session as it was before,
/// and whether any facts were new; `None` if there is no such session. Must be called in a transaction, which must also
/// insert the messages of `outbox`.
pub async fn record_manual_facts(
    db: &impl ConnectionTrait,
    outbox: &mut OutboxBatch,
    id: LiveSessionId,
    facts: &[Fact],
) -> Result<Option<(LiveSession, bool)>> {
    let Some(session) = lock(db, id).await? else {
        return Ok(None);
    };
    let new = record_facts(db, outbox, &session, facts).await?;
    Ok(Some((session, new)))
}

/// Raises the version in the database above `file`, the version of the status file, if it is not higher already.
/// Returns the version afterwards.
pub async fn raise_version(db: &impl ConnectionTrait, file: i64) -> Result<i64> {
    let latest = status(db).await?.version;
    if latest > file {
        return Ok(latest);
    }
    let sql = "
        INSERT INTO live_raise (version)
        VALUES ($1)
        ON CONFLICT (one) DO UPDATE SET version = live_raise.version + excluded.version";
    let statement = database::statement(sql, [(file + 1 - latest).into()]);
    db.execute_raw(statement).await?;
    Ok(status(db).await?.version)
}
