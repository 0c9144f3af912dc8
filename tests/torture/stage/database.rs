//! The database of a run: content, members who have done nothing yet, and a ledger that the run's tables cannot touch.

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

/// How long a statement of ours is tried while Postgres is down.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection or two that outlive the server.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) pool: Pool,
}

impl Database {
    /// Makes it anew, with members enough for so many mutations.
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

    /// Rows of a statement, which waits for Postgres where it is down.
    pub(crate) async fn rows(&self, sql: &str) -> anyhow::Result<Vec<QueryResult>> {
        let begun = Instant::now();
        loop {
            match self.pool.query_all_raw(text(sql)).await {
                Ok(rows) => return Ok(rows),
                Err(error) => wait(error, begun).await.with_context(|| sql.to_owned())?,
            }
        }
    }

    /// A statement that can be repeated, and is where Postgres was down meanwhile.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            match self.pool.execute_unprepared(sql).await {
                Ok(_) => return Ok(()),
                Err(error) => wait(error, begun).await.with_context(|| sql.to_owned())?,
            }
        }
    }
}

/// A moment until the next try, unless something is wrong that will not pass.
async fn wait(error: DbErr, begun: Instant) -> Result<(), coach_domain::Error> {
    let error = coach_domain::Error::from(error);
    if !matches!(error, coach_domain::Error::Unavailable(_)) || begun.elapsed() > PATIENCE {
        return Err(error);
    }
    sleep(Duration::from_millis(200)).await;
    Ok(())
}

/// A column of a row.
pub(crate) fn value<T: sea_orm::TryGetable>(row: &QueryResult, place: usize) -> anyhow::Result<T> {
    Ok(row.try_get_by_index(place)?)
}

fn text(sql: &str) -> Statement {
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
