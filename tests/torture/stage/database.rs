//! The database of a run: content, members without any activity, and a ledger that the service does not touch.

use std::time::Duration;

use anyhow::Context as _;
use coach_domain::{
    clock::SystemClock,
    database::{Options, Pool},
};
use coach_gateway::{app, database};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, QueryResult, Statement};
use tokio::time::{Instant, sleep};

use super::Postgres;

const LEDGER: &str = include_str!("ledger.sql");
const MEMBERS: &str = include_str!("members.sql");

/// How long a statement of the campaign is retried while Postgres is down.
const UNAVAILABLE_TIMEOUT: Duration = Duration::from_mins(1);

/// A connection pool that outlives the server.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) pool: Pool,
}

impl Database {
    /// Creates it, after dropping the previous one, with enough members for this many mutations.
    pub(crate) async fn create(
        postgres: &Postgres,
        name: &str,
        mutations: u32,
    ) -> anyhow::Result<Self> {
        let server = connect(&postgres.url("postgres").await?).await?;
        let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        server.execute_unprepared(&drop).await?;
        server.close().await;
        database::create(&postgres.url("postgres").await?, name).await?;
        let url = postgres.url(name).await?;
        let pool = connect(&url).await?;
        app::prepare(&pool, &SystemClock).await?;
        pool.execute_unprepared(LEDGER).await?;
        let mut members = MEMBERS.to_owned();
        for (part, one_in) in [(":training", 25), (":due", 12), (":idle", 12)] {
            let number = 20 + mutations / one_in;
            members = members.replace(part, &number.to_string());
        }
        pool.execute_unprepared(&members).await?;
        pool.execute_unprepared("VACUUM (ANALYZE)").await?;
        Ok(Self { url, pool })
    }

    /// The rows of a query, which is retried while Postgres is down.
    pub(crate) async fn rows(&self, sql: &str) -> anyhow::Result<Vec<QueryResult>> {
        let started = Instant::now();
        loop {
            match self.pool.query_all_raw(statement(sql)).await {
                Ok(rows) => return Ok(rows),
                Err(error) => wait_to_retry(error, started)
                    .await
                    .with_context(|| sql.to_owned())?,
            }
        }
    }

    /// Executes an idempotent statement, which is retried while Postgres is down.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        let started = Instant::now();
        loop {
            match self.pool.execute_unprepared(sql).await {
                Ok(_) => return Ok(()),
                Err(error) => wait_to_retry(error, started)
                    .await
                    .with_context(|| sql.to_owned())?,
            }
        }
    }
}

/// Waits before the next attempt; returns the error when it is permanent or Postgres was down for too long.
async fn wait_to_retry(error: DbErr, started: Instant) -> Result<(), coach_domain::Error> {
    let error = coach_domain::Error::from(error);
    if !matches!(error, coach_domain::Error::Unavailable(_))
        || started.elapsed() > UNAVAILABLE_TIMEOUT
    {
        return Err(error);
    }
    sleep(Duration::from_millis(200)).await;
    Ok(())
}

/// The value of a column, by its index.
pub(crate) fn value<T: sea_orm::TryGetable>(row: &QueryResult, index: usize) -> anyhow::Result<T> {
    Ok(row.try_get_by_index(index)?)
}

fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}

async fn connect(url: &str) -> coach_domain::Result<Pool> {
    let options = Options {
        max_connections: 4,
        acquire_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_mins(5),
        application_name: "coach-torture".to_owned(),
        ..Options::default()
    };
    coach_domain::database::connect(url, &options).await
}
