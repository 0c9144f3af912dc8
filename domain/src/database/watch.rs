//! Looking after the connections of a pool: those that lead nowhere are closed, and why none can be made is told.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use sea_orm::{
    SqlxError,
    sqlx::{
        self, ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres, Row as _,
        pool::PoolConnection,
    },
};
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{failure, lease::Lease};

/// How often a connection is checked without an occasion.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// How long a server may take to say what it is.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// How long making a connection may take before it is told that it cannot be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often all connections are checked at most.
const CHECK_ALL_INTERVAL: Duration = Duration::from_secs(1);

/// How often it is told that all connections are in use.
const EXHAUSTED_INTERVAL: Duration = Duration::from_mins(1);

/// Since when connections are suspected that were idle then.
#[derive(Debug, Default)]
pub(super) struct Suspicion(Mutex<Option<Instant>>);

impl Suspicion {
    /// Whether a connection that has been idle for so long was idle when the suspicion arose.
    pub(super) fn reaches_back(&self, idle: Duration) -> bool {
        let since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() <= idle)
    }

    fn arise(&self) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *since = Some(Instant::now());
    }
}

/// Checks connections as long as it is there.
#[derive(Debug)]
pub(super) struct Watch {
    suspicion: Arc<Suspicion>,
    occasions: Arc<Occasions>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Occasions {
    suspected: Notify,
    could_not_connect: Notify,
}

impl Watch {
    /// Has all idle connections checked: one was found broken, or to lead to the wrong server.
    pub(super) fn suspect(&self) {
        self.suspicion.arise();
        self.occasions.suspected.notify_one();
    }

    /// Has it found out, and told, why there is no connection.
    pub(super) fn could_not_connect(&self) {
        self.occasions.could_not_connect.notify_one();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Checks connections from now on.
pub(super) fn start(connections: PgPool, name: String, suspicion: Arc<Suspicion>) -> Watch {
    let occasions = Arc::new(Occasions::default());
    let watcher = Watcher {
        connections,
        name,
        occasions: occasions.clone(),
        suspicion: suspicion.clone(),
        told: None,
        checked_all_at: None,
        exhausted_at: None,
    };
    Watch {
        suspicion,
        occasions,
        task: tokio::spawn(watcher.run()),
    }
}

/// Whether the server at the other end is one that takes changes, as far as its place in a cluster goes.
///
/// # Errors
///
/// When it does not answer.
pub(super) async fn leads_to_primary(connection: &mut PgConnection) -> Result<bool, SqlxError> {
    // Unprepared: a pooler may have no prepared statements.
    let row = sqlx::raw_sql("SELECT pg_is_in_recovery()")
        .fetch_one(connection)
        .await?;
    row.try_get::<bool, _>(0).map(|standby| !standby)
}

struct Watcher {
    connections: PgPool,
    /// Which pool, for the log.
    name: String,
    occasions: Arc<Occasions>,
    suspicion: Arc<Suspicion>,
    /// Why there is no server, as it was told last.
    told: Option<String>,
    checked_all_at: Option<Instant>,
    /// When it was told last that all connections are in use.
    exhausted_at: Option<Instant>,
}

impl Watcher {
    async fn run(mut self) {
        while !self.connections.is_closed() {
            let occasions = self.occasions.clone();
            tokio::select! {
                biased;
                () = occasions.suspected.notified() => self.check_all().await,
                () = occasions.could_not_connect.notified() => self.try_to_connect(true).await,
                () = sleep(CHECK_INTERVAL) => self.check_one().await,
            }
        }
    }

    async fn check_one(&mut self) {
        if self.told.is_some() {
            self.try_to_connect(false).await;
        }
        if let Some(connection) = self.connections.try_acquire()
            && !check(connection).await
        {
            self.suspicion.arise();
            self.check_all().await;
        }
    }

    /// All that are idle; those that are in use have the limits of their statements.
    async fn check_all(&mut self) {
        let at = self.checked_all_at;
        if at.is_some_and(|at| at.elapsed() < CHECK_ALL_INTERVAL) {
            // Each is checked before it is used.
            return;
        }
        self.checked_all_at = Some(Instant::now());
        let connections: Vec<_> = (0..self.connections.num_idle())
            .map_while(|_| self.connections.try_acquire())
            .collect();
        let all = connections.len();
        let passed = join_all(connections.into_iter().map(check)).await;
        let closed = passed.into_iter().filter(|passed| !passed).count();
        if closed > 0 {
            tracing::warn!(
                closed,
                checked = all,
                "connections that led to no working server were closed"
            );
        }
    }

    /// Tells why a connection cannot be made, once for each cause, and that it can be made again.
    async fn try_to_connect(&mut self, wanted: bool) {
        let options = self.connections.connect_options();
        let connected = timeout(CONNECT_TIMEOUT, options.connect()).await;
        let connected = connected.unwrap_or_else(|_| Err(failure::silence(CONNECT_TIMEOUT)));
        let server = format!("{}:{}", options.get_host(), options.get_port());
        match connected {
            Ok(connection) => {
                self.reached(&server, wanted);
                let _ = timeout(CHECK_TIMEOUT, connection.close()).await;
            }
            Err(error) => {
                let cause = error.to_string();
                if self.told.as_ref() != Some(&cause) {
                    let mend = mend(&error);
                    tracing::error!(
                        server,
                        error = cause,
                        mend,
                        "Postgres cannot be connected to"
                    );
                    self.told = Some(cause);
                }
            }
        }
    }

    fn reached(&mut self, server: &str, wanted: bool) {
        if self.told.take().is_some() {
            tracing::info!(
                server,
                pool = self.name,
                "Postgres can be connected to again"
            );
        }
        let quiet = self
            .exhausted_at
            .is_some_and(|at| at.elapsed() < EXHAUSTED_INTERVAL);
        if wanted && !quiet {
            self.exhausted_at = Some(Instant::now());
            tracing::warn!(
                server,
                pool = self.name,
                connections = self.connections.size(),
                most = self.connections.options().get_max_connections(),
                "no connection became free in time, though Postgres answers"
            );
        }
    }
}

/// Whether it may be used on. Otherwise it is closed, and its place in the pool is free.
async fn check(connection: PoolConnection<Postgres>) -> bool {
    Lease::new(connection).check(CHECK_TIMEOUT).await
}

/// What to do about it, for operators.
fn mend(error: &SqlxError) -> &'static str {
    let state = match error {
        SqlxError::Database(refusal) => refusal.code(),
        SqlxError::Io(_) => {
            return "is Postgres running there, can it be reached from here, and does the database URL name its host and \
                    port?";
        }
        SqlxError::Tls(_) => return "check `sslmode` and the certificates in the database URL",
        _ => None,
    };
    match state.as_deref().unwrap_or_default() {
        "28P01" | "28000" => {
            "check user and password in the database URL, and what pg_hba.conf allows"
        }
        "3D000" => "create the database, or name another in the database URL",
        "42501" => "grant this user CONNECT on the database",
        "53300" => "raise max_connections of Postgres, or have fewer connections or processes here",
        "57P03" => "Postgres is starting or stopping; this ends by itself",
        // protocol_violation, which is how poolers refuse settings and users.
        "08P01" => "a pooler refused the connection: see its log",
        _ => "check the database URL",
    }
}
