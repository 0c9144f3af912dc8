//! What the person on call can do.

use sea_orm::ConnectionTrait;

use super::{Fact, LiveSession, fact::learn, find::lock, status};
use crate::{Result, database, id::LiveSessionId, outbox::Effects};

/// Takes over what somebody knows of a session, as if the provider had said it. Says how the session was before, and
/// whether anything was new; `None` where there is no such session. To be called in a transaction, with the effects
/// that it owes.
pub async fn learn_by_hand(
    db: &impl ConnectionTrait,
    effects: &mut Effects,
    id: LiveSessionId,
    facts: &[Fact],
) -> Result<Option<(LiveSession, bool)>> {
    let Some(session) = lock(db, id).await? else {
        return Ok(None);
    };
    let new = learn(db, effects, &session, facts).await?;
    Ok(Some((session, new)))
}

/// Lifts the version of the status file above `file`, if it is not there yet; says which it is then.
pub async fn raise(db: &impl ConnectionTrait, file: i64) -> Result<i64> {
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
