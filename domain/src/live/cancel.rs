//! Calling live sessions off.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    announcement::{record, require_unstarted},
    find::lock,
};
use crate::{
    command::{Command, Refusal, UserError, Work},
    database,
    id::LiveSessionId,
};

/// Calls a live session off that has not started; one that is off stays so.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CancelLiveSession {
    /// Which.
    pub live_session: LiveSessionId,
}

impl Command for CancelLiveSession {
    const NAME: &'static str = "cancelLiveSession";
    const FOR_MEMBERS: bool = false;
    type Outcome = LiveSessionId;

    async fn run(&self, work: &mut Work<'_>) -> Result<LiveSessionId, Refusal> {
        let id = self.live_session;
        let found = lock(work.transaction(), id).await?;
        let found = found.ok_or_else(|| UserError::unknown("liveSessionId"))?;
        require_unstarted(&found)?;
        if found.cancelled_at.is_none() {
            let sql = "
                UPDATE live_session
                SET cancelled_at = $2, revision = revision + 1, updated_at = GREATEST(updated_at, $2)
                WHERE id = $1";
            let statement = database::statement(sql, [id.into(), work.now().into()]);
            work.transaction().execute_raw(statement).await?;
            record(work, "live.cancel", id).await?;
        }
        Ok(id)
    }
}
