//! Announcing a session, as staff does, and looking for it in the status file.

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

use crate::{service::Service, stage::Stage};

const SCHEDULE: &str = include_str!("../../../schema/operations/ScheduleLiveSession.graphql");

/// Longer than the file ever takes.
const WITHIN: Duration = Duration::from_secs(10);

/// Announces one of this title, and of the job of this name, that starts after `ahead`; says its id.
pub(crate) async fn announce(
    stage: &Stage,
    gateway: &Service,
    title: &str,
    ahead: TimeDelta,
) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let token = (stage.issuer).token("rehearsal@coach.example", &["staff"], now)?;
    let starts = (now + ahead).with_nanosecond(0).context("a time")?;
    let input = json!({
        "idempotencyKey": format!("{title}-{}", now.timestamp_millis()), "title": title, "coach": "Nadia",
        "startsAt": starts, "videoJobId": title,
    });
    let answer = Client::new()
        .post(gateway.url("/graphql"))
        .bearer_auth(token)
        .json(&json!({ "query": SCHEDULE, "variables": { "input": input } }))
        .send()
        .await?;
    let answer: Value = answer.json().await?;
    let id = &answer["data"]["scheduleLiveSession"]["liveSession"]["id"];
    let id = id.as_str().with_context(|| answer.to_string())?;
    Ok(id.to_owned())
}

/// When the file says that the session of this title is in this state.
pub(crate) async fn written(
    file: PathBuf,
    title: String,
    state: FileState,
) -> anyhow::Result<Instant> {
    let begun = Instant::now();
    while begun.elapsed() < WITHIN {
        if says(&file, &title, state) {
            return Ok(Instant::now());
        }
        sleep(Duration::from_millis(2)).await;
    }
    anyhow::bail!("the status file never said that {title} is {state:?}");
}

fn says(file: &Path, title: &str, state: FileState) -> bool {
    let status = std::fs::read(file).ok();
    let status: Option<Status> = status.and_then(|text| serde_json::from_slice(&text).ok());
    status.is_some_and(|status| {
        let ours = status.session.is_some_and(|session| session.title == title);
        ours && status.state == Some(state)
    })
}
