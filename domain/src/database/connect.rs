//! Opening a pool, and how its connections are set up.

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
    pool::{MIN_SERVER_VERSION, Pool},
    watch::{self, Suspicion},
};

/// A connection that was idle for so long is asked whether it still leads to a server before it is used.
/// Asking each costs a round trip: 13 % of the throughput of a prototype.
const CHECK_AFTER_IDLE: Duration = Duration::from_secs(30);

/// How such a check may hold up the request that waits for it.
const CHECK_TIMEOUT: Duration = Duration::from_millis(400);

/// How a pool of connections behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most connections at a time.
    pub max_connections: u32,
    /// How long to wait for a free one, and for one to be made. Then the error is
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub acquire_timeout: Duration,
    /// How long the server works on a statement before it gives up. Then the
    /// error is [`Error::Timeout`](crate::Error::Timeout). A server that is silent for half a second more is taken for
    /// gone. Nothing cancels the statement of a request that is gone, so keep it below the limit for requests.
    pub statement_timeout: Duration,
    /// What the server's lists of connections show.
    pub application_name: String,
    /// Whether statements may read tables whole. Plans are made once for each
    /// connection, and one that is made while a table is empty reads it whole ever
    /// after. Queues fill from nothing to hundreds of thousands of rows within
    /// minutes: there a receive then took 100 ms instead of 0.25 ms.
    pub sequential_scans: bool,
    /// What is between us and the server.
    pub pool_mode: PoolMode,
}

/// What a pooler in front of Postgres keeps for a client, in `PgBouncer`'s terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PoolMode {
    /// A connection to the server as long as ours: the server itself, or a pooler with `pool_mode=session`.
    #[default]
    Session,
    /// A connection for the time of a transaction. Each statement is then a transaction that makes its own settings,
    /// and none is prepared by name.
    Transaction,
}

impl Options {
    /// For what works on queues and the outbox, whose size changes faster than the
    /// server notices. A pool of its own also keeps requests and background work
    /// from taking each other's connections.
    pub fn for_queues() -> Self {
        Self {
            sequential_scans: false,
            application_name: "coach-queues".to_owned(),
            ..Self::default()
        }
    }

    /// The settings of a session, or with `SET LOCAL` of a transaction. No start-up options: poolers refuse them.
    pub(super) fn settings(&self, scope: &str) -> String {
        let statement = self.statement_timeout.as_millis();
        let mut settings = vec![
            format!("statement_timeout = {statement}"),
            // What is left open by a fault of ours ends, with its locks.
            format!("idle_in_transaction_session_timeout = {}", 2 * statement),
            // With `= ANY($1)` Postgres would plan anew at each call: 27 to 37 % of the throughput of a prototype.
            "plan_cache_mode = force_generic_plan".to_owned(),
        ];
        if self.pool_mode == PoolMode::Session {
            // A role may have them otherwise; the pool ends what is idle by itself.
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
            max_connections: 16,
            acquire_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(5),
            application_name: "coach".to_owned(),
            sequential_scans: true,
            pool_mode: PoolMode::Session,
        }
    }
}

/// Opens a pool on `url` and its first connection. The driver takes what the
/// URL leaves open from `PG*` variables, so a URL that shall not depend on them
/// names user, host, port and database.
///
/// # Errors
///
/// [`Error::Unavailable`](crate::Error::Unavailable) when it cannot be connected
/// to, or the URL is none.
pub async fn connect(url: &str, options: &Options) -> crate::Result<Pool> {
    let pool = open(url, options)?;
    // There, for the first statement to find it.
    pool.lease().await?.release().await;
    Ok(pool)
}

/// Opens a pool that connects when it is used, so a database that is down is no reason not to start. Why it cannot be
/// reached is logged.
///
/// # Errors
///
/// [`Error::Unavailable`](crate::Error::Unavailable) when the URL is none.
pub fn open(url: &str, options: &Options) -> crate::Result<Pool> {
    let mut driver: PgConnectOptions = url.parse().map_err(super::failure::of_connecting)?;
    driver = driver
        .application_name(&options.application_name)
        // A start-up parameter that PgBouncer does not know; ours are sent in binary.
        .extra_float_digits(None)
        // Statements are counted and traced by `Session`.
        .disable_statement_logging();
    if options.pool_mode == PoolMode::Transaction {
        driver = driver.statement_cache_capacity(0);
    }
    let suspicion = Arc::new(Suspicion::default());
    let pool = lazily(driver, options, suspicion.clone());
    let watch = watch::start(pool.clone(), options.application_name.clone(), suspicion);
    Ok(Pool::new(pool, options.clone(), watch))
}

fn lazily(driver: PgConnectOptions, options: &Options, suspicion: Arc<Suspicion>) -> PgPool {
    let settings = match options.pool_mode {
        PoolMode::Session => options.settings("SET"),
        PoolMode::Transaction => String::new(),
    };
    let settings: Arc<str> = settings.into();
    let told: Arc<Once> = Arc::new(Once::new());
    PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            let version = connection.server_version_num();
            if version.is_some_and(|version| version < MIN_SERVER_VERSION) {
                let mend = "use Postgres 15 or later";
                told.call_once(|| tracing::error!(version, mend, "this Postgres is too old"));
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
            let check = idle >= CHECK_AFTER_IDLE || suspicion.reaches_back(idle);
            Box::pin(async move {
                if !check {
                    return Ok(true);
                }
                match timeout(CHECK_TIMEOUT, watch::leads_to_primary(connection)).await {
                    Ok(answer) => answer,
                    Err(_) => Err(SqlxError::Io(std::io::ErrorKind::TimedOut.into())),
                }
            })
        })
        .connect_lazy_with(driver)
}
