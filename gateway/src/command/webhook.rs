//! `coach webhook`: listing received events, and replaying them.

use std::fmt::Write as _;

use anyhow::anyhow;
use coach_domain::{
    audit::Actor,
    clock::{Clock as _, SystemClock},
    database::Session,
    outbox::{self, OutboxBatch},
    webhook::{self, EventSummary},
};
use coach_gateway::settings::Settings;
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::json;
use uuid::Uuid;

use super::{
    actor,
    database::{Purpose, open_configured_or_dev},
    lowercase, rfc3339,
};
use crate::cli::{ChangeOptions, Format, Webhook};

const PURPOSE: Purpose = Purpose::of_operators("looking at the webhooks of");

/// Runs a subcommand and prints its result.
pub(crate) async fn run(settings: &Settings, verb: &Webhook) -> anyhow::Result<()> {
    let pool = open_configured_or_dev(settings, &PURPOSE).await?;
    let text = match verb {
        Webhook::List {
            source,
            state,
            limit,
            format,
        } => {
            let events = webhook::latest(&pool, *source, *state, *limit).await?;
            list(&events, *format)?
        }
        Webhook::Replay { ids, options } => {
            let session = Session::new(pool.clone(), tracing::Span::none());
            replay(&session, ids, options).await?
        }
    };
    pool.close().await;
    super::print(&text)
}

fn list(events: &[EventSummary], format: Format) -> anyhow::Result<String> {
    let mut text = String::new();
    match format {
        Format::Text if events.is_empty() => text += "there are none\n",
        Format::Text => {
            for event in events {
                let at = rfc3339(event.received_at);
                let state = lowercase(event.state);
                let detail = event.detail.as_deref().unwrap_or_default();
                let line = format!(
                    "{}  {at}  {:<11}  {state:<8}  {}  {detail}",
                    event.id,
                    event.source.as_str(),
                    event.kind
                );
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        Format::Json => {
            let events = events.iter().map(|event| {
                json!({
                    "id": event.id,
                    "source": event.source,
                    "eventId": event.event_id,
                    "kind": event.kind,
                    "receivedAt": event.received_at,
                    "state": event.state,
                    "detail": event.detail,
                })
            });
            let events: Vec<_> = events.collect();
            text = serde_json::to_string_pretty(&events)? + "\n";
        }
    }
    Ok(text)
}

/// Replays all of the events in one transaction, or none.
async fn replay(
    session: &Session,
    ids: &[Uuid],
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let transaction = session.begin().await?;
    let mut outbox = OutboxBatch::new(None, now);
    let (name, dry_run) = (actor::name(options), options.dry_run);
    let actor = Actor::operator(&name);
    let replayed = webhook::replay_all(&transaction, &mut outbox, ids, actor, now, dry_run);
    let events = replayed.await?.map_err(|id| {
        anyhow!("there is no event with the id {id}; `coach webhook list` shows them")
    })?;
    let outcome = if dry_run {
        "would be worked on again"
    } else {
        "is worked on again"
    };
    let mut text = String::new();
    for event in &events {
        let (id, source, kind) = (event.id, event.source.as_str(), &event.kind);
        let _ = writeln!(text, "{id} ({source} {kind}) {outcome}");
    }
    if dry_run {
        transaction.rollback().await?;
        return Ok(text + "this was a dry run, nothing is changed\n");
    }
    outbox::insert(&transaction, outbox.messages(), &tracing::Span::none()).await?;
    transaction.commit().await?;
    Ok(text)
}
