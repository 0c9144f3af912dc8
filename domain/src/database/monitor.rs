//! Monitoring of a pool: connections that lead to no working server are closed, and the reason why none can be opened
//! is logged.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use sea_orm::{
    SqlxError,
    sqlx::{
        self, ConnectOptions as _, Connection as _, PgConnection, Row as _,
        postgres::PgConnectOptions,
    },
};
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{ServerRole, connections::Connections, failure, lease::Lease};

/// The interval at which one connection is checked without a reason to suspect it.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// How long a server may take to answer a check.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// How long opening a connection may take before it counts as failed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The minimum interval between checks of all connections.
const CHECK_ALL_INTERVAL: Duration = Duration::from_secs(1);

/// The minimum interval between log lines about an exhausted pool.
const EXHAUSTED_INTERVAL: Duration = Duration::from_mins(1);

/// When a connection was last found broken. Every connection that was idle at that time is suspect.
#[derive(Debug, Default)]
pub(super) struct SuspectedSince(Mutex<Option<Instant>>);

impl SuspectedSince {
    /// Whether a connection that has been idle for this long is suspect.
    pub(super) fn covers(&self, idle: Duration) -> bool {
        self.at().is_some_and(|since| since.elapsed() <= idle)
    }

    /// When it was, if ever.
    pub(super) fn at(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_now(&self) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *since = Some(Instant::now());
    }
}

/// Monitors the connections of a pool until it is dropped.
#[derive(Debug)]
pub(super) struct ConnectionMonitor {
    suspected_since: Arc<SuspectedSince>,
    signals: Arc<MonitorSignals>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct MonitorSignals {
    suspected: Notify,
    connect_failed: Notify,
}

impl ConnectionMonitor {
    /// Has all idle connections checked, after one was found broken or connected to a server of another role.
    pub(super) fn report_suspect(&self) {
        self.suspected_since.set_now();
        self.signals.suspected.notify_one();
    }

    /// When a connection was last found broken, if ever.
    pub(super) fn suspected_at(&self) -> Option<Instant> {
        self.suspected_since.at()
    }

    /// Has the reason determined and logged why no connection could be acquired.
    pub(super) fn report_connect_failure(&self) {
        self.signals.connect_failed.notify_one();
    }
}

impl Drop for ConnectionMonitor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts monitoring a pool.
pub(super) fn start(
    connections: Arc<Connections>,
    name: String,
    suspected_since: Arc<SuspectedSince>,
) -> ConnectionMonitor {
    let signals = Arc::new(MonitorSignals::default());
    let monitor = MonitorTask {
        connections,
        name,
        signals: signals.clone(),
        suspected_since: suspected_since.clone(),
        logged_cause: None,
        checked_all_at: None,
        exhausted_at: None,
    };
    ConnectionMonitor {
        suspected_since,
        signals,
        task: tokio::spawn(monitor.run()),
    }
}

/// Whether the server of a connection has this role.
///
/// # Errors
///
/// When it does not answer.
pub(super) async fn has_role(
    connection: &mut PgConnection,
    role: ServerRole,
) -> Result<bool, SqlxError> {
    // Not prepared: a pooler may not support prepared statements.
    let row = sqlx::raw_sql("SELECT pg_is_in_recovery()")
        .fetch_one(connection)
        .await?;
    let is_standby: bool = row.try_get(0)?;
    Ok(is_standby == (role == ServerRole::Standby))
}

/// Why a server cannot be connected to, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectFailure {
    /// The host and port of the server.
    pub server: String,
    /// What the server or the operating system said.
    pub cause: String,
    /// What can be done about it.
    pub remedy: &'static str,
}

/// Opens a connection and closes it.
pub(super) async fn try_to_connect(options: &PgConnectOptions) -> Result<(), ConnectFailure> {
    let connected = timeout(CONNECT_TIMEOUT, options.connect()).await;
    let connected = connected.unwrap_or_else(|_| Err(failure::no_answer(CONNECT_TIMEOUT)));
    let connection = connected.map_err(|error| ConnectFailure {
        server: server_of(options),
        cause: error.to_string(),
        remedy: remedy(&error),
    })?;
    let _ = timeout(CHECK_TIMEOUT, connection.close()).await;
    Ok(())
}

fn server_of(options: &PgConnectOptions) -> String {
    format!("{}:{}", options.get_host(), options.get_port())
}

struct MonitorTask {
    connections: Arc<Connections>,
    /// The name of the pool, for the log.
    name: String,
    signals: Arc<MonitorSignals>,
    suspected_since: Arc<SuspectedSince>,
    /// The cause that was last logged, while no connection can be opened.
    logged_cause: Option<String>,
    checked_all_at: Option<Instant>,
    /// When it was last logged that all connections are in use.
    exhausted_at: Option<Instant>,
}

impl MonitorTask {
    async fn run(mut self) {
        while !self.connections.driver().is_closed() {
            let signals = self.signals.clone();
            tokio::select! {
                biased;
                () = signals.suspected.notified() => self.check_all().await,
                () = signals.connect_failed.notified() => self.try_to_connect(true).await,
                () = sleep(CHECK_INTERVAL) => self.check_one().await,
            }
        }
    }

    async fn check_one(&mut self) {
        if self.logged_cause.is_some() {
            self.try_to_connect(false).await;
        }
        self.connections.return_idle(CHECK_INTERVAL);
        if let Some(mut connection) = self.connections.try_acquire()
            && !connection.check(CHECK_TIMEOUT).await
        {
            self.suspected_since.set_now();
            self.check_all().await;
        }
    }

    /// Checks all idle connections. Those in use have the timeouts of their statements.
    async fn check_all(&mut self) {
        let at = self.checked_all_at;
        if at.is_some_and(|at| at.elapsed() < CHECK_ALL_INTERVAL) {
            // Each is checked before it is used anyway.
            return;
        }
        self.checked_all_at = Some(Instant::now());
        let connections =
            (0..self.connections.idle()).map_while(|_| self.connections.try_acquire());
        let connections: Vec<_> = connections.collect();
        let all = connections.len();
        let check = async |mut connection: Lease| connection.check(CHECK_TIMEOUT).await;
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

    /// Tries to open a connection. Logs why it fails, once for each cause, and when it succeeds again. `wanted` is
    /// whether a caller has waited for one in vain.
    async fn try_to_connect(&mut self, wanted: bool) {
        let options = self.connections.driver().connect_options();
        match try_to_connect(&options).await {
            Ok(()) => self.log_success(&server_of(&options), wanted),
            Err(failure) => {
                if self.logged_cause.as_ref() != Some(&failure.cause) {
                    tracing::error!(
                        server = failure.server,
                        pool = self.name,
                        error = failure.cause,
                        mend = failure.remedy,
                        "Postgres cannot be connected to"
                    );
                    self.logged_cause = Some(failure.cause);
                }
            }
        }
    }

    fn log_success(&mut self, server: &str, wanted: bool) {
        if self.logged_cause.take().is_some() {
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
                connections = self.connections.driver().size(),
                most = self.connections.driver().options().get_max_connections(),
                "no connection became free in time, though Postgres answers"
            );
        }
    }
}

/// What operators can do about an error.
fn remedy(error: &SqlxError) -> &'static str {
    let state = match error {
        SqlxError::Database(db_error) => db_error.code(),
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
        // protocol_violation, with which poolers reject settings and users.
        "08P01" => "a pooler refused the connection: see its log",
        _ => "check the database URL",
    }
}
