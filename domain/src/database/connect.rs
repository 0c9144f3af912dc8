//! Connecting to Postgres.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::Result;

/// For how long a connection must have been idle to be tried before it is used.
/// Trying each costs a round trip: 13 % of the throughput of a prototype.
const TRIED_AFTER: Duration = Duration::from_secs(30);

/// How a pool of connections behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most connections at a time.
    pub max_connections: u32,
    /// How long to wait for a free one, and for one to be made. Then the error is
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub acquire_timeout: Duration,
    /// How long the server works on a statement before it gives up. Then the
    /// error is [`Error::Timeout`](crate::Error::Timeout). Nothing cancels the
    /// statement of a request that is gone, so keep it below the limit for
    /// requests.
    pub statement_timeout: Duration,
    /// What the server's lists of connections show.
    pub application_name: String,
    /// Whether statements may read tables whole. Plans are made once for each
    /// connection, and one that is made while a table is empty reads it whole ever
    /// after. Queues fill from nothing to hundreds of thousands of rows within
    /// minutes: there a receive then took 100 ms instead of 0.25 ms.
    pub sequential_scans: bool,
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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 16,
            acquire_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(5),
            application_name: "coach".to_owned(),
            sequential_scans: true,
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
pub async fn connect(url: &str, options: &Options) -> Result<DatabaseConnection> {
    let sequential_scans = options.sequential_scans;
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .statement_timeout(options.statement_timeout)
        .test_before_acquire_if_idle_for(TRIED_AFTER)
        .set_application_name(options.application_name.clone())
        // Statements are counted and traced by `Session`.
        .sqlx_logging(false)
        // With `= ANY($1)` Postgres would plan anew at each call: 27 to 37 % of
        // the throughput of a prototype.
        .map_sqlx_postgres_opts(move |driver| {
            let driver = driver.options([("plan_cache_mode", "force_generic_plan")]);
            if sequential_scans {
                driver
            } else {
                driver.options([("enable_seqscan", "off")])
            }
        });
    Ok(Database::connect(connect).await?)
}
