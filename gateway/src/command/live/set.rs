//! `coach live set`.

use anyhow::bail;
use coach_domain::{
    audit::{self, Deed},
    id::{LiveSessionId, OpaqueId as _},
    live::{self, Fact, FactKind, LiveState},
    outbox::{self, Effects},
    url::Url,
};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::json;

use super::{Desk, show::told};
use crate::{
    cli::{Change, Set},
    command::actor,
};

/// What somebody says of a session.
pub(super) struct Said<'a> {
    pub(super) state: Option<Set>,
    pub(super) playback_url: Option<&'a Url>,
    pub(super) replay_url: Option<&'a Url>,
}

/// Takes it over, of the session of the status file where none is named, and writes the file.
pub(super) async fn run(
    desk: &Desk,
    session: Option<&str>,
    said: &Said<'_>,
    how: &Change,
) -> anyhow::Result<String> {
    let current;
    let id = if let Some(id) = session {
        id
    } else {
        current = live::status(&desk.session).await?.session;
        let Some(session) = &current else {
            bail!("no session was ever announced; staff announce them in the app");
        };
        &session.id
    };
    let Some(id) = LiveSessionId::decode(id) else {
        bail!("`{id}` is no id of a live session; `coach live show` prints them");
    };
    let transaction = desk.session.begin().await?;
    let mut effects = Effects::new(None, desk.now);
    let facts: Vec<_> = said
        .facts()
        .map(|kind| Fact { kind, at: desk.now })
        .collect();
    let done = live::learn_by_hand(&transaction, &mut effects, id, &facts).await?;
    let Some((before, new)) = done else {
        bail!("there is no session with this id; `coach live show` prints them");
    };
    if before.cancelled_at.is_some() {
        bail!("`{}` was called off; announce a new session", before.title);
    }
    let title = &before.title;
    if let Some(state) = said.state.map(LiveState::from) {
        if state < before.state {
            bail!(
                "`{title}` is {} already, and states only go forward",
                word(before.state)
            );
        }
        if state == before.state && said.playback_url.is_none() && said.replay_url.is_none() {
            return Ok(format!("`{title}` is {} already\n", word(state)));
        }
    }
    let deed = json!({
        "liveSession": id,
        "before": before.state,
        "state": said.state.map(LiveState::from),
        "playbackUrl": said.playback_url,
        "replayUrl": said.replay_url,
    });
    if how.dry_run {
        transaction.rollback().await?;
        return Ok(format!(
            "`{title}` is {}, and would be set to: {deed}; this was a dry run, nothing is changed\n",
            word(before.state)
        ));
    }
    if new {
        let actor = actor::name(how);
        let deed = Deed {
            actor: &actor,
            action: "live.set",
            detail: deed,
        };
        audit::record(&transaction, &deed, desk.now).await?;
        outbox::insert(
            &transaction,
            effects.owed(),
            &tracing::Span::none(),
            desk.now,
        )
        .await?;
    }
    transaction.commit().await?;
    // The outbox sees to it as well, should we not come through.
    let status = live::publish(&desk.session, &*desk.objects).await?;
    Ok(format!("The status file says: {}\n", told(&status)))
}

impl Said<'_> {
    fn facts(&self) -> impl Iterator<Item = FactKind> {
        let state = self.state.map(|state| match state {
            Set::Live => FactKind::Live,
            Set::Ended => FactKind::Ended,
            Set::Failed => FactKind::Failed,
        });
        let playback = self.playback_url.cloned().map(FactKind::Playback);
        let replay = self.replay_url.cloned().map(FactKind::Replay);
        state.into_iter().chain(playback).chain(replay)
    }
}

impl From<Set> for LiveState {
    fn from(state: Set) -> Self {
        match state {
            Set::Live => Self::Live,
            Set::Ended => Self::Ended,
            Set::Failed => Self::Failed,
        }
    }
}

fn word(state: LiveState) -> &'static str {
    match state {
        LiveState::Scheduled => "scheduled",
        LiveState::Live => "live",
        LiveState::Ended => "ended",
        LiveState::Failed => "failed",
    }
}
