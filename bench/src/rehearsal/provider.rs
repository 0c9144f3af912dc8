//! A video provider: jobs as Brightcove's API shows them, and notifications as nobody wants them: repeated, late, and in
//! another order than things happened.

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
use tokio::{net::TcpListener, task::JoinSet, time::sleep};

/// The secret part of the webhook's path.
pub(crate) const SECRET: &str = "a-secret-path-of-the-rehearsal";
/// The key of its API.
pub(crate) const KEY: &str = "a-key-of-the-rehearsal";

/// It, and where it sends notifications to.
pub(crate) struct Provider {
    pub(crate) url: String,
    jobs: Arc<Mutex<HashMap<String, Value>>>,
    client: Client,
}

/// How a change came to the gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// When it happened.
    pub(crate) happened: Instant,
    /// When the first notification of it was taken.
    pub(crate) taken: Instant,
}

impl Provider {
    /// Answers as long as the rehearsal runs.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let jobs: Arc<Mutex<HashMap<String, Value>>> = Arc::default();
        let router = Router::new()
            .route("/v1/jobs/{id}", get(job))
            .with_state(Arc::clone(&jobs));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Self {
            url,
            jobs,
            client: Client::new(),
        })
    }

    /// A job that waits for its encoder.
    pub(crate) fn create(&self, id: &str) {
        let now = SystemClock.now().timestamp_millis();
        let job = json!({
            "id": id, "job_state": "waiting", "job_created_at": now, "job_streaming_started_at": 0,
            "job_finished_at": 0, "job_last_state_change_at": now,
            "job_ui_playback_url": format!("https://play.example/{id}/playlist.m3u8"),
        });
        self.jobs().insert(id.to_owned(), job);
    }

    /// The job is on air from now on. What is said of it: that it waits still, late; that it is on, a moment after, four
    /// times; and once more while nobody expects it.
    pub(crate) async fn go_live(&self, id: &str, gateway: &str) -> anyhow::Result<Told> {
        let happened = self.change(id, "processing", "job_streaming_started_at");
        let said = [("waiting", 20), ("processing", 120), ("processing", 125)];
        let later = [
            ("processing", 900),
            ("waiting", 1_500),
            ("processing", 6_000),
        ];
        self.tell(id, gateway, happened, &said, &later).await
    }

    /// It is over. The notification of its end comes before another of its beginning.
    pub(crate) async fn finish(&self, id: &str, gateway: &str) -> anyhow::Result<Told> {
        let happened = self.change(id, "finished", "job_finished_at");
        let said = [("finished", 80), ("processing", 85)];
        let later = [
            ("finished", 700),
            ("processing", 1_200),
            ("finished", 2_500),
        ];
        self.tell(id, gateway, happened, &said, &later).await
    }

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

    /// Sends notifications after so many milliseconds each: some before this returns, the rest while others go on.
    async fn tell(
        &self,
        id: &str,
        gateway: &str,
        happened: Instant,
        said: &[(&'static str, u64)],
        later: &[(&'static str, u64)],
    ) -> anyhow::Result<Told> {
        let send = |state: &'static str, after: u64| {
            let url = format!("{gateway}/webhooks/brightcove/{SECRET}");
            let body = json!({ "job_id": id, "state": state, "event": "state_changed" });
            let request = self.client.post(url).json(&body);
            async move {
                sleep(Duration::from_millis(after)).await;
                let answer = request.send().await?;
                ensure!(
                    answer.status() == StatusCode::OK,
                    "a notification was answered {}",
                    answer.status()
                );
                Ok((state, Instant::now()))
            }
        };
        for (state, after) in later {
            tokio::spawn(send(state, *after));
        }
        let mut sent = JoinSet::new();
        for (state, after) in said {
            sent.spawn(send(state, *after));
        }
        let mut taken = happened;
        for result in sent.join_all().await {
            let (state, at) = result?;
            // The first that says what has just happened: those of one state are sent at nearly the same time.
            if state != "waiting" && (taken == happened || at < taken) {
                taken = at;
            }
        }
        Ok(Told { happened, taken })
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
