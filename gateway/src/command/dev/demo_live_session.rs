//! The live session of `coach dev`: announced at the start, on air some minutes later, and over some minutes after that,
//! as a video provider would report it. It gives `liveStream`, the status file and the waiting room something to show.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use coach_content::seed::{DEMO, LOCAL_ISSUER};
use coach_domain::{
    catalogue,
    clock::{Clock as _, SystemClock},
    command::{self, CommandRequest},
    database::{Pool, Session},
    id::LiveSessionId,
    live::{self, Fact, FactKind, LiveState, ScheduleLiveSession},
    outbox::{self, OutboxBatch},
    page::PageRequest,
    url::Url,
    viewer::Subject,
};
use coach_gateway::stop::Stop;
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use tokio::time::sleep;
use tracing::Span;

const TITLE: &str = "Morning mobility (demo)";
const COACH: &str = "Sam Okafor";
const PLAYBACK_URL: &str = "https://play.coach.example/demo/live.m3u8";
const REPLAY_URL: &str = "https://play.coach.example/demo/replay.m3u8";

/// From the start of `coach dev` until the waiting room opens.
const WAITING_ROOM_DELAY: TimeDelta = TimeDelta::minutes(1);

/// From the start of `coach dev` until the session is on air.
pub(super) const START_DELAY: TimeDelta = TimeDelta::minutes(3);

/// How long the session is on air.
const DURATION: Duration = Duration::from_mins(10);

/// How many of the latest sessions are searched for those that an earlier `coach dev` left unfinished.
const MAX_EARLIER_SESSIONS: u8 = 100;

/// Runs the session until it is over or shutdown is requested. Failures are logged: the rest of `coach dev` works without
/// it.
pub(super) async fn run(pool: Pool, catalogue: Arc<catalogue::Cache>, stop: Stop) {
    let session = Session::new(pool, Span::none());
    tokio::select! {
        result = broadcast(&session, &catalogue) => if let Err(error) = result {
            tracing::warn!(error = format!("{error:#}"), "there is no demo of a live session");
        },
        () = stop.requested() => {}
    }
}

async fn broadcast(session: &Session, catalogue: &catalogue::Cache) -> anyhow::Result<()> {
    end_earlier_sessions(session).await?;
    let id = announce(session, catalogue).await?;
    sleep(START_DELAY.to_std().context("the delay")?).await;
    let on_air = [FactKind::Live, FactKind::Playback(url(PLAYBACK_URL)?)];
    record(session, id, on_air).await?;
    sleep(DURATION).await;
    let over = [FactKind::Ended, FactKind::Replay(url(REPLAY_URL)?)];
    record(session, id, over).await
}

/// Ends the sessions of earlier runs that were stopped before their end.
async fn end_earlier_sessions(session: &Session) -> anyhow::Result<()> {
    let latest = PageRequest {
        first: MAX_EARLIER_SESSIONS,
        after: None,
    };
    let sessions = live::page(session, &latest).await?.nodes;
    let unfinished = sessions.iter().filter(|it| {
        it.title == TITLE && matches!(it.state, LiveState::Scheduled | LiveState::Live)
    });
    for it in unfinished {
        record(session, it.id, [FactKind::Ended]).await?;
    }
    Ok(())
}

async fn announce(
    session: &Session,
    catalogue: &catalogue::Cache,
) -> anyhow::Result<LiveSessionId> {
    let now = SystemClock.now();
    let staff = Subject {
        issuer: LOCAL_ISSUER.to_owned(),
        subject: DEMO.staff.to_owned(),
    };
    let request = CommandRequest {
        subject: &staff,
        idempotency_key: &format!("coach-dev-{}", now.timestamp_micros()),
        verified_email: None,
        occurred_at: None,
    };
    let command = ScheduleLiveSession {
        title: TITLE.to_owned(),
        coach: COACH.to_owned(),
        starts_at: now + START_DELAY,
        waiting_room_opens_at: Some(now + WAITING_ROOM_DELAY),
        video_job_id: None,
    };
    let catalogue = catalogue.get(session).await?;
    match command::execute(session, &SystemClock, &catalogue, &request, &command).await? {
        Ok(id) => Ok(id),
        Err(error) => bail!("it was not announced: {error:?}"),
    }
}

async fn record(
    session: &Session,
    id: LiveSessionId,
    kinds: impl IntoIterator<Item = FactKind>,
) -> anyhow::Result<()> {
    let at: DateTime<Utc> = SystemClock.now();
    let facts: Vec<_> = kinds.into_iter().map(|kind| Fact { kind, at }).collect();
    let transaction = session.begin().await?;
    let mut outbox = OutboxBatch::new(None, at);
    live::record_manual_facts(&transaction, &mut outbox, id, &facts).await?;
    outbox::insert(&transaction, outbox.messages(), &Span::none()).await?;
    transaction.commit().await?;
    outbox::notify_relays();
    Ok(())
}

fn url(text: &str) -> anyhow::Result<Url> {
    Url::parse(text).context("a URL of the demo")
}
