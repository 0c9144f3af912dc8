//! `coach live set`.

use anyhow::bail;
use coach_domain::{
    id::{LiveSessionId, OpaqueId as _},
    live::{self, Fact, FactKind, LiveState},
    outbox::{self, OutboxBatch},
    url::Url,
};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::json;

use super::{LiveContext, show::describe};
use crate::{
    cli::{ChangeOptions, LiveStateArg},
    command::{actor, lowercase},
};

/// What the operator sets for a session.
pub(super) struct SessionUpdate<'a> {
    pub(super) state: Option<LiveStateArg>,
    pub(super) playback_url: Option<&'a Url>,
    pub(super) replay_url: Option<&'a Url>,
}

/// Applies the update to the named session, or else to the session of the status file, and writes the file.
pub(super) async fn run(
    context: &LiveContext,
    session: Option<&str>,
    update: &SessionUpdate<'_>,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let current;
    let id = if let Some(id) = session {
        id
    } else {
        current = live::status(&context.session).await?.session;
        let Some(session) = &current else {
            bail!("no session was ever announced; staff announce them in the app");
        };
        &session.id
    };
    let Some(id) = LiveSessionId::decode(id) else {
        bail!("`{id}` is no id of a live session; `coach live show` prints them");
    };
    let transaction = context.session.begin().await?;
    let mut outbox = OutboxBatch::new(None, context.now);
    let at = context.now;
    let facts: Vec<_> = update.facts().map(|kind| Fact { kind, at }).collect();
    let found = live::record_manual_facts(&transaction, &mut outbox, id, &facts).await?;
    let Some((before, new)) = found else {
        bail!("there is no session with this id; `coach live show` prints them");
    };
    if before.cancelled_at.is_some() {
        bail!("`{}` was called off; announce a new session", before.title);
    }
    let title = &before.title;
    let state_before = lowercase(before.state);
    if let Some(state) = update.state.map(LiveState::from) {
        if state < before.state {
            bail!("`{title}` is {state_before} already, and states only go forward");
        }
        if state == before.state && update.playback_url.is_none() && update.replay_url.is_none() {
            return Ok(format!("`{title}` is {state_before} already\n"));
        }
    }
    let detail = json!({
        "liveSession": id,
        "before": before.state,
        "state": update.state.map(LiveState::from),
        "playbackUrl": update.playback_url,
        "replayUrl": update.replay_url,
    });
    if options.dry_run {
        transaction.rollback().await?;
        return Ok(format!(
            "`{title}` is {state_before}, and would be set to: {detail}; this was a dry run, nothing is changed\n"
        ));
    }
    if new {
        let now = context.now;
        actor::record(&transaction, options, "live.set", detail, now).await?;
        outbox::insert(&transaction, outbox.messages(), &tracing::Span::none(), now).await?;
    }
    transaction.commit().await?;
    // If this fails, the outbox message makes a worker publish the file.
    let status = live::publish(&context.session, &*context.objects).await?;
    Ok(format!("The status file says: {}\n", describe(&status)))
}

impl SessionUpdate<'_> {
    fn facts(&self) -> impl Iterator<Item = FactKind> {
        let state = self.state.map(|state| match state {
            LiveStateArg::Live => FactKind::Live,
            LiveStateArg::Ended => FactKind::Ended,
            LiveStateArg::Failed => FactKind::Failed,
        });
        let playback = self.playback_url.cloned().map(FactKind::Playback);
        let replay = self.replay_url.cloned().map(FactKind::Replay);
        state.into_iter().chain(playback).chain(replay)
    }
}

impl From<LiveStateArg> for LiveState {
    fn from(state: LiveStateArg) -> Self {
        match state {
            LiveStateArg::Live => Self::Live,
            LiveStateArg::Ended => Self::Ended,
            LiveStateArg::Failed => Self::Failed,
        }
    }
}
