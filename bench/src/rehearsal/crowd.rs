//! Apps that wait for a session, as `docs/LIVE.md` has apps do it.

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

/// When one app saw that the session is on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    /// How long it had waited since it asked before.
    pub(crate) pause: Duration,
}

/// What the apps of one session have met, all of them together.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// Of each that saw it.
    pub(crate) live: Vec<Seen>,
    /// How many saw that it was over.
    pub(crate) over: u64,
    pub(crate) requests: u64,
    /// Answers other than 200.
    pub(crate) failed: u64,
    /// Answers older than one before.
    pub(crate) backwards: u64,
}

/// One app.
struct Poller {
    client: Client,
    url: String,
    session: String,
    /// Of 255.
    chance: u8,
}

impl Crowd {
    /// So many apps open within `opening`, and ask an edge for the session until `until`.
    pub(crate) async fn gather(
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
                // As good as chance, and the same each time.
                chance: number.wrapping_mul(2_654_435_761).to_be_bytes()[0],
            };
            apps.spawn(poller.poll(opening * number / size, until));
        }
        let mut crowd = Self::default();
        while let Some(joined) = apps.join_next().await {
            let one = joined.expect("no app panics");
            crowd.live.extend(one.live);
            crowd.over += one.over;
            crowd.requests += one.requests;
            crowd.failed += one.failed;
            crowd.backwards += one.backwards;
        }
        crowd
    }
}

impl Poller {
    async fn poll(mut self, after: Duration, until: Instant) -> Crowd {
        let mut met = Crowd::default();
        let mut newest = (0, None);
        let mut pause = after;
        loop {
            if timeout_at(until.into(), sleep(pause)).await.is_err() {
                return met;
            }
            met.requests += 1;
            let Some(status) = self.ask().await else {
                met.failed += 1;
                pause = Duration::from_secs(1);
                continue;
            };
            let ours = status
                .session
                .as_ref()
                .is_some_and(|it| it.id == self.session);
            let state = status.state.filter(|_| ours);
            met.backwards += u64::from(status.version < newest.0 || state < newest.1);
            if state == Some(FileState::Live) && newest.1 < state {
                let at = Instant::now();
                met.live.push(Seen { at, pause });
            }
            if state == Some(FileState::Ended) && newest.1 < state {
                met.over += 1;
            }
            newest = (status.version.max(newest.0), state.max(newest.1));
            let seconds = status.poll_after(SystemClock.now(), self.chance);
            self.chance = self.chance.wrapping_mul(181).wrapping_add(97);
            pause = Duration::from_secs(seconds.into());
        }
    }

    async fn ask(&self) -> Option<Status> {
        let answer = self.client.get(&self.url).send().await.ok()?;
        if answer.status() != 200 {
            return None;
        }
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }
}

/// Asks an edge so many times a second, until it is dropped; counts answers other than 200.
pub(crate) async fn steadily(edge: SocketAddr, per_second: u32, failed: Arc<AtomicU64>) {
    let client = Client::new();
    let url = format!("http://{edge}/live/status.json");
    let mut ticks = interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let answer = client.get(&url).send().await;
        if !answer.is_ok_and(|answer| answer.status() == 200) {
            failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}
