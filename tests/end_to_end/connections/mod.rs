//! Trouble with connections to Postgres: clients disconnect, servers stop responding, fail over, restart, or are behind
//! a pooler.

mod failover;
mod hang_up;
mod network;
mod pooler;
mod replica;
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

use coach_tests::{Target, WAIT_TIMEOUT, cluster::Server};
use serde_json::json;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::harness::{TestApp, member, noon, read_operation};

/// How long it may take from when the server is available until requests succeed, on an idle machine.
const MAX_RECOVERY_TIME: Duration = Duration::from_secs(10);

/// Measures the total delay with which a task's timers fire, from its start on. Time limits are extended by it, so that
/// they hold on a busy machine.
struct Lateness {
    microseconds: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Lateness {
    fn measure() -> Self {
        const INTERVAL: Duration = Duration::from_millis(5);
        /// Timers are accurate to whole milliseconds.
        const TIMER_PRECISION: Duration = Duration::from_millis(2);
        let microseconds = Arc::new(AtomicU64::new(0));
        let sum = Arc::clone(&microseconds);
        let task = tokio::spawn(async move {
            loop {
                let begun = Instant::now();
                sleep(INTERVAL).await;
                let late = begun
                    .elapsed()
                    .saturating_sub(INTERVAL + TIMER_PRECISION)
                    .as_micros();
                sum.fetch_add(u64::try_from(late).unwrap_or(u64::MAX), Relaxed);
            }
        });
        Self { microseconds, task }
    }

    /// [`MAX_RECOVERY_TIME`], extended by the delay measured so far.
    fn max_recovery_time(&self) -> Duration {
        MAX_RECOVERY_TIME + Duration::from_micros(self.microseconds.load(Relaxed))
    }
}

impl Drop for Lateness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The URL of a test's database, at another address.
fn url_at(address: std::net::SocketAddr, url: &str) -> String {
    let database = url.split(['/', '?']).nth(3).expect("a database");
    coach_tests::cluster::url(address, database)
}

/// The Unix socket in the URL of a test's database.
fn socket(url: &str) -> Target {
    let host = url.split("host=").nth(1).expect("a folder");
    let host = host
        .split('&')
        .next()
        .expect("a folder")
        .replace("%2F", "/");
    Target::Unix(PathBuf::from(host).join(".s.PGSQL.5432"))
}

/// Migrates and seeds the server's database.
async fn seed(server: &Server) {
    let pool = server.pool("postgres").await;
    coach_gateway::app::migrate(&pool).await.expect("migrated");
    let seeded = coach_content::seed::seed(&pool, &*noon()).await;
    seeded.expect("seeded");
    pool.close().await;
}

async fn readiness(test: &TestApp) -> u16 {
    let request = test
        .client
        .get(format!("{}/health/ready", test.base))
        .send();
    request.await.expect("an answer").status().as_u16()
}

/// Runs the operation `Today` and returns its error codes.
async fn today(test: &TestApp) -> Vec<String> {
    let answer = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    answer.codes().into_iter().map(str::to_owned).collect()
}

/// Runs `Today` until ten requests in a row succeed. Returns the time until the first of them, and the number of failed
/// requests.
async fn wait_for_service(test: &TestApp) -> (Duration, usize) {
    let begun = Instant::now();
    let (mut succeeded, mut failed) = (0, 0);
    let mut since = Duration::ZERO;
    while succeeded < 10 {
        let codes = today(test).await;
        if codes.is_empty() {
            if succeeded == 0 {
                since = begun.elapsed();
            }
            succeeded += 1;
        } else {
            assert!(
                codes
                    .iter()
                    .all(|code| ["SERVICE_UNAVAILABLE", "TIMEOUT"].contains(&code.as_str())),
                "{codes:?}"
            );
            (succeeded, failed) = (0, failed + 1);
            assert!(begun.elapsed() < WAIT_TIMEOUT, "no service");
            sleep(Duration::from_millis(50)).await;
        }
    }
    (since, failed)
}

/// Sends enough concurrent requests to open all connections of the pool, until all succeed: on a busy machine some wait
/// for a connection for too long.
async fn warm(test: &TestApp) {
    coach_tests::until("all connections are open", async || {
        let requests = (0..64).map(|_| today(test));
        let codes = futures_util::future::join_all(requests).await;
        codes.iter().all(Vec::is_empty)
    })
    .await;
}
