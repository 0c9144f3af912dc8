//! Cancelling live sessions.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    announcement::{record, require_unstarted},
    find::lock,
};
use crate::{
    command::{Command, CommandContext, CommandError, UserError},
    database,
    id::LiveSessionId,
};

/// Cancels a live session that has not started. If it is already cancelled it does nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CancelLiveSession {
    /// The session.
    pub live_session: LiveSessionId,
}

impl Command for CancelLiveSession {
    const NAME: &'static str = "cancelLiveSession";
    const REQUIRES_MEMBER: bool = false;
    type Output = LiveSessionId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<LiveSessionId, CommandError> {
        let id = self.live_session;
        let found = lock(context.transaction(), id).await?;
        let found = found.ok_or_else(|| UserError::unknown("liveSessionId"))?;
        require_unstarted(&found)?;
        if found.cancelled_at.is_none() {
            let sql = "
                UPDATE live_session
                SET cancelled_at = $2, revision = revision + 1, updated_at = GREATEST(updated_at, $2)
                WHERE id = $1";
            let statement = database::statement(sql, [id.into(), context.now().into()]);
            context.transaction().execute_raw(statement).await?;
            record(context, "live.cancel", id).await?;
        }
        Ok(id)
    }
}
