//! A simulated video provider: jobs as in Brightcove's API, and notifications that are repeated, late and out of order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::ensure;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use coach_domain::clock::{Clock as _, SystemClock};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::stub;

/// The secret part of the path of the webhook.
pub(crate) const PATH_SECRET: &str = "a-secret-path-of-the-rehearsal";
/// The API key of the provider.
pub(crate) const API_KEY: &str = "a-key-of-the-rehearsal";

/// A running provider.
pub(crate) struct Provider {
    pub(crate) url: String,
    jobs: Arc<Mutex<HashMap<String, Value>>>,
    client: Client,
}

/// When a change of a job happened, and when the gateway knew of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StateChange {
    /// When the change happened.
    pub(crate) happened: Instant,
    /// When the gateway acknowledged the first notification of it.
    pub(crate) acknowledged: Instant,
}

impl Provider {
    /// Starts the API of the provider, which runs until the end of the process.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let jobs: Arc<Mutex<HashMap<String, Value>>> = Arc::default();
        let router = Router::new()
            .route("/v1/jobs/{id}", get(job))
            .with_state(Arc::clone(&jobs));
        Ok(Self {
            url: stub::serve(router).await?,
            jobs,
            client: Client::new(),
        })
    }

    /// Creates a job that waits for its encoder.
    pub(crate) fn create(&self, id: &str) {
        let now = SystemClock.now().timestamp_millis();
        let job = json!({
            "id": id, "job_state": "waiting", "job_created_at": now, "job_streaming_started_at": 0,
            "job_finished_at": 0, "job_last_state_change_at": now,
            "job_ui_playback_url": format!("https://play.example/{id}/playlist.m3u8"),
        });
        self.jobs().insert(id.to_owned(), job);
    }

    /// The job goes live now. The notifications are out of order: `waiting` is sent late and once more later, and
    /// `processing` four times.
    pub(crate) async fn go_live(&self, id: &str, gateway: &str) -> anyhow::Result<StateChange> {
        let happened = self.change(id, "processing", "job_streaming_started_at");
        let later = [
            ("processing", 900),
            ("waiting", 1_500),
            ("processing", 6_000),
        ];
        for (state, after) in later {
            tokio::spawn(self.notify(id, gateway, state, after));
        }
        let (_, first, second) = tokio::try_join!(
            self.notify(id, gateway, "waiting", 20),
            self.notify(id, gateway, "processing", 120),
            self.notify(id, gateway, "processing", 125),
        )?;
        Ok(StateChange {
            happened,
            acknowledged: first.min(second),
        })
    }

    /// The job ends now. A notification of its end is sent before a late one of its start.
    pub(crate) async fn finish(&self, id: &str, gateway: &str) -> anyhow::Result<()> {
        self.change(id, "finished", "job_finished_at");
        let later = [
            ("finished", 700),
            ("processing", 1_200),
            ("finished", 2_500),
        ];
        for (state, after) in later {
            tokio::spawn(self.notify(id, gateway, state, after));
        }
        tokio::try_join!(
            self.notify(id, gateway, "finished", 80),
            self.notify(id, gateway, "processing", 85),
        )?;
        Ok(())
    }

    /// Changes the state and its time, and returns when that happened.
    fn change(&self, id: &str, state: &str, time: &str) -> Instant {
        let now = SystemClock.now().timestamp_millis();
        let happened = Instant::now();
        if let Some(job) = self.jobs().get_mut(id) {
            job["job_state"] = state.into();
            job[time] = now.into();
            job["job_last_state_change_at"] = now.into();
        }
        happened
    }

    /// Sends a notification after a delay in milliseconds, and returns when it was acknowledged.
    fn notify(
        &self,
        id: &str,
        gateway: &str,
        state: &'static str,
        after: u64,
    ) -> impl Future<Output = anyhow::Result<Instant>> + use<> {
        let url = format!("{gateway}/webhooks/brightcove/{PATH_SECRET}");
        let body = json!({ "job_id": id, "state": state, "event": "state_changed" });
        let request = self.client.post(url).json(&body);
        async move {
            sleep(Duration::from_millis(after)).await;
            let status = request.send().await?.status();
            ensure!(
                status == StatusCode::OK,
                "a notification was answered {status}"
            );
            Ok(Instant::now())
        }
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, HashMap<String, Value>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn job(
    State(jobs): State<Arc<Mutex<HashMap<String, Value>>>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let job = jobs.get(&id).cloned().ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({ "job": job })))
}
