//! Setting how a session stands, for operators.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Fact, FactKind, LiveSession, LiveState, fact::record_facts, find::lock};
use crate::{
    Result,
    audit::{self, Actor, AuditEntry},
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database::Transaction,
    id::LiveSessionId,
    outbox::OutboxBatch,
    url::Url,
};

/// What an operator states about a session, as if the provider had reported it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SessionUpdate {
    /// The state; `None` leaves it as it is.
    pub state: Option<LiveState>,
    /// The URL of the stream.
    pub playback_url: Option<Url>,
    /// The URL of the recording.
    pub replay_url: Option<Url>,
}

impl SessionUpdate {
    /// Whether the session has this state already, and nothing else is stated.
    pub fn is_known(&self, before: &LiveSession) -> bool {
        let state = self.state.unwrap_or(before.state);
        state == before.state && self.playback_url.is_none() && self.replay_url.is_none()
    }

    /// The update of a session, for the audit log.
    pub fn detail(&self, before: &LiveSession) -> Value {
        json!({
            "liveSession": before.id,
            "before": before.state,
            "state": self.state,
            "playbackUrl": self.playback_url,
            "replayUrl": self.replay_url,
        })
    }

    fn facts(&self, at: DateTime<Utc>) -> Vec<Fact> {
        let state = self.state.and_then(|state| match state {
            LiveState::Scheduled => None,
            LiveState::Live => Some(FactKind::Live),
            LiveState::Ended => Some(FactKind::Ended),
            LiveState::Failed => Some(FactKind::Failed),
        });
        let playback = self.playback_url.clone().map(FactKind::Playback);
        let replay = self.replay_url.clone().map(FactKind::Replay);
        let kinds = state.into_iter().chain(playback).chain(replay);
        kinds.map(|kind| Fact { kind, at }).collect()
    }
}

/// Why a session was not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetSessionError {
    /// There is no such session.
    Unknown,
    /// The session is cancelled.
    Cancelled(Box<LiveSession>),
    /// The session is past this state.
    Backward(Box<LiveSession>),
}

/// Sets how a session stands, and writes an audit entry; a dry run only checks whether it can be. Returns the session as
/// it was before. The transaction must also insert the messages of `outbox`.
pub async fn set(
    transaction: &Transaction,
    outbox: &mut OutboxBatch,
    id: LiveSessionId,
    update: &SessionUpdate,
    actor: Actor<'_>,
    now: DateTime<Utc>,
    dry_run: bool,
) -> Result<Result<LiveSession, SetSessionError>> {
    let Some(before) = lock(transaction, id).await? else {
        return Ok(Err(SetSessionError::Unknown));
    };
    if before.cancelled_at.is_some() {
        return Ok(Err(SetSessionError::Cancelled(Box::new(before))));
    }
    if update.state.is_some_and(|state| state < before.state) {
        return Ok(Err(SetSessionError::Backward(Box::new(before))));
    }
    if dry_run || update.is_known(&before) {
        return Ok(Ok(before));
    }
    if record_facts(transaction, outbox, &before, &update.facts(now)).await? {
        let entry = AuditEntry {
            actor,
            action: "live.set",
            detail: update.detail(&before),
        };
        audit::record(transaction, &entry, now).await?;
    }
    Ok(Ok(before))
}

/// Sets how a session stands when the video provider does not report it.
#[derive(Clone, Debug, Serialize)]
pub struct SetLiveSession {
    /// The session.
    pub live_session: LiveSessionId,
    /// What is stated about it.
    #[serde(flatten)]
    pub update: SessionUpdate,
    /// Whether only to check that it can be set.
    pub dry_run: bool,
}

impl Command for SetLiveSession {
    const NAME: &'static str = "setLiveSession";
    const REQUIRES_MEMBER: bool = false;
    type Output = LiveSessionId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<LiveSessionId, CommandError> {
        let (transaction, actor) = (context.transaction(), context.subject().into());
        let (now, id) = (context.now(), self.live_session);
        let outbox = context.outbox();
        let set = set(
            transaction,
            outbox,
            id,
            &self.update,
            actor,
            now,
            self.dry_run,
        );
        match set.await? {
            Ok(_) => Ok(id),
            Err(SetSessionError::Unknown) => Err(UserError::unknown("liveSessionId").into()),
            Err(SetSessionError::Cancelled(_)) => {
                let reason = UserErrorReason::SessionCancelled;
                Err(UserError::new(reason, "liveSessionId").into())
            }
            Err(SetSessionError::Backward(_)) => {
                Err(UserError::new(UserErrorReason::StateBackward, "state").into())
            }
        }
    }
}
