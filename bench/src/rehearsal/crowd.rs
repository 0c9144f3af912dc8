//! Apps that wait for a session and poll as `docs/LIVE.md` specifies.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use coach_domain::{
    clock::{Clock as _, SystemClock},
    live::{FileState, Status},
};
use reqwest::Client;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout_at},
};

/// When an app first saw that the session is live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) at: Instant,
    /// How long it had paused before that request.
    pub(crate) pause: Duration,
}

/// What the apps observed during one session, in total.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// The sightings of all apps that saw the session live.
    pub(crate) live: Vec<Sighting>,
    /// The number of apps that saw that the session had ended.
    pub(crate) ended: u64,
    pub(crate) requests: u64,
    /// The number of responses other than 200.
    pub(crate) failed: u64,
    /// The number of responses that were older than a previous one.
    pub(crate) stale: u64,
}

/// One app.
struct Poller {
    client: Client,
    url: String,
    session: String,
    /// Randomizes the polling interval, from 0 to 255.
    jitter: u8,
}

impl Crowd {
    /// Starts `size` apps, evenly within `opening`, which poll an edge for the session until `until`.
    pub(crate) async fn poll_all(
        edge: SocketAddr,
        session: &str,
        size: u32,
        opening: Duration,
        until: Instant,
    ) -> Self {
        let client = Client::new();
        let mut apps = JoinSet::new();
        for number in 0..size {
            let poller = Poller {
                client: client.clone(),
                url: format!("http://{edge}/live/status.json"),
                session: session.to_owned(),
                // Pseudo-random, and the same in each run.
                jitter: number.wrapping_mul(2_654_435_761).to_be_bytes()[0],
            };
            apps.spawn(poller.poll(opening * number / size, until));
        }
        let mut crowd = Self::default();
        while let Some(joined) = apps.join_next().await {
            let one = joined.expect("no app panics");
            crowd.live.extend(one.live);
            crowd.ended += one.ended;
            crowd.requests += one.requests;
            crowd.failed += one.failed;
            crowd.stale += one.stale;
        }
        crowd
    }
}

impl Poller {
    async fn poll(mut self, after: Duration, until: Instant) -> Crowd {
        let mut observed = Crowd::default();
        let mut newest = (0, None);
        let mut pause = after;
        loop {
            if timeout_at(until.into(), sleep(pause)).await.is_err() {
                return observed;
            }
            observed.requests += 1;
            let Some(status) = self.fetch().await else {
                observed.failed += 1;
                pause = Duration::from_secs(1);
                continue;
            };
            let session = status.session.as_ref();
            let is_ours = session.is_some_and(|session| session.id == self.session);
            let state = status.state.filter(|_| is_ours);
            observed.stale += u64::from(status.version < newest.0 || state < newest.1);
            if state == Some(FileState::Live) && newest.1 < state {
                let at = Instant::now();
                observed.live.push(Sighting { at, pause });
            }
            if state == Some(FileState::Ended) && newest.1 < state {
                observed.ended += 1;
            }
            newest = (status.version.max(newest.0), state.max(newest.1));
            let seconds = status.poll_after(SystemClock.now(), self.jitter);
            self.jitter = self.jitter.wrapping_mul(181).wrapping_add(97);
            pause = Duration::from_secs(seconds.into());
        }
    }

    async fn fetch(&self) -> Option<Status> {
        let response = self.client.get(&self.url).send().await.ok()?;
        if response.status() != 200 {
            return None;
        }
        response.json().await.ok()
    }
}

/// Polls an edge at a constant rate until the future is dropped, and counts responses other than 200.
pub(crate) async fn poll_steadily(edge: SocketAddr, per_second: u32, failed: Arc<AtomicU64>) {
    let client = Client::new();
    let url = format!("http://{edge}/live/status.json");
    let mut ticks = interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let response = client.get(&url).send().await;
        if !response.is_ok_and(|response| response.status() == 200) {
            failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}
