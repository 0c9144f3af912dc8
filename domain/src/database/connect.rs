//! Opening a pool, and setting up its connections.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use sea_orm::{
    SqlxError,
    sqlx::{
        self, ConnectOptions as _, PgPool,
        postgres::{PgConnectOptions, PgPoolOptions},
    },
};
use tokio::time::timeout;

use super::{
    connections::{CHECK_AFTER_IDLE, CHECK_TIMEOUT, Connections},
    monitor::{self, SuspectedSince},
    pool::{MIN_SERVER_VERSION, Pool},
};

/// The options of a connection pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name of the pool in metrics.
    pub name: &'static str,
    /// The maximum number of open connections.
    pub max_connections: u32,
    /// How long to wait for a connection to become free or to be opened, before
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub acquire_timeout: Duration,
    /// Postgres' `statement_timeout`, after which the error is [`Error::Timeout`](crate::Error::Timeout). A server that
    /// does not answer within half a second more counts as lost. Nothing cancels the statement of an abandoned request,
    /// so keep this below the request timeout.
    pub statement_timeout: Duration,
    /// Postgres' `application_name`, as shown in `pg_stat_activity`.
    pub application_name: String,
    /// Whether plans may use sequential scans. A plan is made once for each connection, and one that is made while a
    /// table is empty uses a sequential scan ever after. Queues grow from empty to hundreds of thousands of rows within
    /// minutes: receiving from one then took 100 ms instead of 0.25 ms.
    pub sequential_scans: bool,
    /// The mode of the pooler between this process and the server.
    pub pool_mode: PoolMode,
    /// The role that the server has to have. Connections to another one are closed.
    pub role: ServerRole,
}

/// The role of a server in streaming replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerRole {
    /// It accepts writes.
    #[default]
    Primary,
    /// It follows a primary, and only reads.
    Standby,
}

/// How a pooler in front of Postgres assigns server connections to clients, in `PgBouncer`'s terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PoolMode {
    /// One server connection for the lifetime of ours: no pooler, or one with `pool_mode=session`.
    #[default]
    Session,
    /// One server connection for the duration of a transaction. Each statement then runs in a transaction that makes
    /// its own settings, and no statement is prepared by name.
    Transaction,
}

impl Options {
    /// Options for work on the queues and the outbox, whose size changes faster than the statistics of the server. A
    /// separate pool also keeps requests and background work from taking each other's connections.
    pub fn for_queues() -> Self {
        Self {
            sequential_scans: false,
            application_name: "coach-queues".to_owned(),
            ..Self::default()
        }
    }

    /// SQL that makes the settings: of a session with the scope `SET`, of a transaction with `SET LOCAL`. They are not
    /// start-up options, because poolers reject those.
    pub(super) fn settings(&self, scope: &str) -> String {
        let statement = self.statement_timeout.as_millis();
        let mut settings = vec![
            format!("statement_timeout = {statement}"),
            // A transaction that a defect leaves open ends, and releases its locks.
            format!("idle_in_transaction_session_timeout = {}", 2 * statement),
            // With `= ANY($1)` Postgres would plan anew for each execution: 27 to 37 % of the throughput of a
            // prototype.
            "plan_cache_mode = force_generic_plan".to_owned(),
            // All statements are short. Where sequential scans are disabled, their cost would start the compiler: 0.2 s
            // of CPU for each round of an idle worker.
            "jit = off".to_owned(),
        ];
        if self.pool_mode == PoolMode::Session {
            // The role may have another default; the pool closes idle connections by itself.
            settings.push("idle_session_timeout = 0".to_owned());
        }
        if !self.sequential_scans {
            settings.push("enable_seqscan = off".to_owned());
        }
        let settings = settings.iter().map(|setting| format!("{scope} {setting}"));
        settings.collect::<Vec<_>>().join("; ")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "primary",
            max_connections: 16,
            acquire_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(5),
            application_name: "coach".to_owned(),
            sequential_scans: true,
            pool_mode: PoolMode::Session,
            role: ServerRole::Primary,
        }
    }
}

/// Opens a pool on `url` and its first connection. The driver takes the parts that the URL omits from the `PG*`
/// environment variables, so a URL that must not depend on them names user, host, port and database.
///
/// # Errors
///
/// [`Error::Unavailable`](crate::Error::Unavailable) when the connection fails or the URL is invalid.
pub async fn connect(url: &str, options: &Options) -> crate::Result<Pool> {
    let pool = open(url, options)?;
    // The first statement finds this connection in the pool.
    drop(pool.lease().await?);
    Ok(pool)
}

/// Opens a pool that connects on first use, so that the process can start while the database is down. The reason why a
/// connection fails is logged.
///
/// # Errors
///
/// [`Error::Unavailable`](crate::Error::Unavailable) when the URL is invalid.
pub fn open(url: &str, options: &Options) -> crate::Result<Pool> {
    let driver = driver_options(url, options)?;
    let suspected_since = Arc::new(SuspectedSince::default());
    let pool = lazy_pool(driver, options, suspected_since.clone());
    let pool = Arc::new(Connections::new(pool, options, suspected_since.clone()));
    let monitor = monitor::start(
        pool.clone(),
        options.application_name.clone(),
        suspected_since,
    );
    Ok(Pool::new(pool, options.clone(), monitor))
}

/// The driver's options for connections to `url`.
pub(super) fn driver_options(url: &str, options: &Options) -> crate::Result<PgConnectOptions> {
    let driver: PgConnectOptions = url.parse().map_err(super::failure::connect_error)?;
    let driver = driver
        .application_name(&options.application_name)
        // A start-up parameter that PgBouncer rejects, and that has no effect on our binary format.
        .extra_float_digits(None)
        // `Session` counts and traces statements.
        .disable_statement_logging();
    if options.pool_mode == PoolMode::Transaction {
        return Ok(driver.statement_cache_capacity(0));
    }
    Ok(driver)
}

fn lazy_pool(
    driver: PgConnectOptions,
    options: &Options,
    suspected_since: Arc<SuspectedSince>,
) -> PgPool {
    let settings = match options.pool_mode {
        PoolMode::Session => options.settings("SET"),
        PoolMode::Transaction => String::new(),
    };
    let settings: Arc<str> = settings.into();
    let role = options.role;
    let logged: Arc<Once> = Arc::new(Once::new());
    PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            let version = connection.server_version_num();
            if version.is_some_and(|version| version < MIN_SERVER_VERSION) {
                let remedy = "use Postgres 15 or later";
                logged.call_once(|| {
                    tracing::error!(version, mend = remedy, "this Postgres is too old");
                });
            }
            Box::pin(async move {
                if !settings.is_empty() {
                    let settings = sqlx::AssertSqlSafe(&*settings);
                    sqlx::raw_sql(settings).execute(connection).await?;
                }
                Ok(())
            })
        })
        .before_acquire(move |connection, metadata| {
            let idle = metadata.idle_for;
            let check = idle >= CHECK_AFTER_IDLE || suspected_since.covers(idle);
            Box::pin(async move {
                if !check {
                    return Ok(true);
                }
                match timeout(CHECK_TIMEOUT, monitor::has_role(connection, role)).await {
                    Ok(answer) => answer,
                    Err(_) => Err(SqlxError::Io(std::io::ErrorKind::TimedOut.into())),
                }
            })
        })
        .connect_lazy_with(driver)
}
