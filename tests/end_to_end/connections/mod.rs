//! What becomes of connections to Postgres: clients hang up, servers fall silent, move, restart, or stand behind a
//! pooler.

mod failover;
mod hang_up;
mod network;
mod pooler;
mod restart;
mod silence;
mod trouble;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use coach_tests::{PATIENCE, Target, cluster::Server};
use serde_json::json;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::harness::{TestApp, member, named, noon};

/// From when there is a server until there is service, on a machine that has time for it.
const SERVICE_WITHIN: Duration = Duration::from_secs(10);

/// Measures how much later than it asked for a task of this process is woken, from its start on: that much a busy machine
/// adds to what is waited for at the same time.
struct Lateness {
    microseconds: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Lateness {
    fn measure() -> Self {
        const NAP: Duration = Duration::from_millis(5);
        /// Timers have whole milliseconds.
        const GRAIN: Duration = Duration::from_millis(2);
        let microseconds = Arc::new(AtomicU64::new(0));
        let sum = Arc::clone(&microseconds);
        let task = tokio::spawn(async move {
            loop {
                let begun = Instant::now();
                sleep(NAP).await;
                let late = begun.elapsed().saturating_sub(NAP + GRAIN).as_micros();
                sum.fetch_add(u64::try_from(late).unwrap_or(u64::MAX), Relaxed);
            }
        });
        Self { microseconds, task }
    }

    /// Within what there has to be service.
    fn service_within(&self) -> Duration {
        SERVICE_WITHIN + Duration::from_micros(self.microseconds.load(Relaxed))
    }
}

impl Drop for Lateness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The same database as the URL of a test's own leads to, at another address.
fn at(address: std::net::SocketAddr, url: &str) -> String {
    let database = url.split(['/', '?']).nth(3).expect("a database");
    coach_tests::cluster::url(address, database)
}

/// The socket that the URL of a test's own database leads to.
fn socket(url: &str) -> Target {
    let host = url.split("host=").nth(1).expect("a folder");
    let host = host
        .split('&')
        .next()
        .expect("a folder")
        .replace("%2F", "/");
    Target::Unix(PathBuf::from(host).join(".s.PGSQL.5432"))
}

/// Tables and content.
async fn seed(server: &Server) {
    let pool = server.pool("postgres").await;
    coach_gateway::app::migrate(&pool).await.expect("migrated");
    let seeded = coach_domain::seed::seed(&pool, &*noon()).await;
    seeded.expect("seeded");
    pool.close().await;
}

async fn readiness(test: &TestApp) -> u16 {
    let asked = test
        .client
        .get(format!("{}/health/ready", test.base))
        .send();
    asked.await.expect("an answer").status().as_u16()
}

/// Asks for Today.
async fn today(test: &TestApp) -> Vec<String> {
    let answer = test.ask(member::MAYA, &named("Today"), json!({})).await;
    answer.codes().into_iter().map(str::to_owned).collect()
}

/// Asks until Today is answered whole ten times in a row. Says how long it took, and how many were not.
async fn service(test: &TestApp) -> (Duration, usize) {
    let begun = Instant::now();
    let (mut whole, mut broken) = (0, 0);
    let mut since = Duration::ZERO;
    while whole < 10 {
        let codes = today(test).await;
        if codes.is_empty() {
            if whole == 0 {
                since = begun.elapsed();
            }
            whole += 1;
        } else {
            assert!(
                codes
                    .iter()
                    .all(|code| ["SERVICE_UNAVAILABLE", "TIMEOUT"].contains(&code.as_str())),
                "{codes:?}"
            );
            (whole, broken) = (0, broken + 1);
            assert!(begun.elapsed() < PATIENCE, "no service");
            sleep(Duration::from_millis(50)).await;
        }
    }
    (since, broken)
}

/// Has many requests use as many connections as the pool has.
async fn warm(test: &TestApp) {
    let asked = (0..64).map(|_| today(test));
    for codes in futures_util::future::join_all(asked).await {
        assert!(codes.is_empty(), "{codes:?}");
    }
}
