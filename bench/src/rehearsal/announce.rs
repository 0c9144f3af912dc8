//! Announces a session as staff, and waits for it in the status file.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use chrono::{TimeDelta, Timelike as _};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    live::{FileState, Status},
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{environment::Environment, service::Service};

const SCHEDULE: &str = include_str!("../../../schema/operations/ScheduleLiveSession.graphql");

/// Longer than the status file ever takes to be written.
const STATUS_TIMEOUT: Duration = Duration::from_secs(10);

/// Announces a session that starts after `ahead`, with `title` as its title and video job, and returns its id.
pub(crate) async fn announce(
    environment: &Environment,
    gateway: &Service,
    title: &str,
    ahead: TimeDelta,
) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let token = (environment.issuer).token("rehearsal@coach.example", &["staff"], now)?;
    let starts = (now + ahead).with_nanosecond(0).context("a time")?;
    let input = json!({
        "idempotencyKey": format!("{title}-{}", now.timestamp_millis()), "title": title, "coach": "Nadia",
        "startsAt": starts, "videoJobId": title,
    });
    let response = Client::new()
        .post(gateway.url("/graphql"))
        .bearer_auth(token)
        .json(&json!({ "query": SCHEDULE, "variables": { "input": input } }))
        .send()
        .await?;
    let response: Value = response.json().await?;
    let id = &response["data"]["scheduleLiveSession"]["liveSession"]["id"];
    let id = id.as_str().with_context(|| response.to_string())?;
    Ok(id.to_owned())
}

/// Announces a session of tomorrow, and waits for the status file, which exists from the first announcement on.
pub(crate) async fn announce_tomorrow(
    environment: &Environment,
    gateway: &Service,
    status_file: &Path,
) -> anyhow::Result<()> {
    let title = "tomorrow";
    announce(environment, gateway, title, TimeDelta::days(1)).await?;
    let file = status_file.to_owned();
    wait_for_status_file(file, title.to_owned(), FileState::Scheduled).await?;
    Ok(())
}

/// Waits until the status file has the session with this title in this state, and returns the time.
pub(crate) async fn wait_for_status_file(
    file: PathBuf,
    title: String,
    state: FileState,
) -> anyhow::Result<Instant> {
    let started = Instant::now();
    while started.elapsed() < STATUS_TIMEOUT {
        if has_state(&file, &title, state) {
            return Ok(Instant::now());
        }
        sleep(Duration::from_millis(2)).await;
    }
    anyhow::bail!("the status file never said that {title} is {state:?}");
}

fn has_state(file: &Path, title: &str, state: FileState) -> bool {
    let status = std::fs::read(file).ok();
    let status: Option<Status> = status.and_then(|text| serde_json::from_slice(&text).ok());
    status.is_some_and(|status| {
        let ours = status.session.is_some_and(|session| session.title == title);
        ours && status.state == Some(state)
    })
}
