//! What every measurement stands on: a private Postgres with a data set, and an issuer of tokens.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{
    app,
    auth::LocalIssuer,
    database,
    embedded::{self, EmbeddedPostgres},
    postgres_archive,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
};
use tokio::task::spawn_blocking;

use crate::{
    cli::Common,
    dataset::{self, Marker},
    process, say,
};

/// Longer than any load: a new connection would lack its temporary tables.
const ONE_CONNECTION_FOR: Duration = Duration::from_hours(24);

/// All of it, running. Dropping it stops Postgres.
pub(crate) struct Stage {
    /// The folder of everything that a run leaves.
    pub(crate) home: PathBuf,
    /// Of the database with the data set.
    pub(crate) database_url: String,
    pub(crate) issuer: LocalIssuer,
    /// One connection to it.
    pub(crate) pool: DatabaseConnection,
    /// The server process, whose children are the connections.
    pub(crate) postgres: u32,
    server: EmbeddedPostgres,
}

impl Stage {
    /// Starts Postgres, and makes the data set unless it is there.
    pub(crate) async fn set(common: &Common) -> anyhow::Result<Self> {
        let home = match &common.home {
            Some(home) => home.clone(),
            None => default_home()?,
        };
        let settings = embedded::Settings {
            bin: common.postgres_bin.clone(),
            fetch: Some(postgres_archive::fetch),
            ..embedded::Settings::new(&home)
        };
        let start = move || EmbeddedPostgres::start(&settings, &mut |line| say(line));
        let server = spawn_blocking(start).await??;
        let pool = data_set(&server, common.members).await?;
        let home = home.canonicalize()?;
        Ok(Self {
            issuer: LocalIssuer::open(&home)?,
            home,
            database_url: server.url(&dataset::database(common.members)),
            postgres: process::parent(backend(&pool).await?)?,
            pool,
            server,
        })
    }
}

impl Stage {
    /// The address of a copy of the data set under another name, which may be changed at will.
    pub(crate) async fn copy(&self, name: &str) -> anyhow::Result<String> {
        let maintenance = connect(&self.server.url("postgres")).await?;
        let original: String = value(&self.pool, "SELECT current_database()").await?;
        for sql in [
            format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
            // Nobody may be connected to what is copied: our own connection comes again by itself.
            format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{original}'"
            ),
            format!("CREATE DATABASE \"{name}\" TEMPLATE \"{original}\""),
        ] {
            maintenance.execute_unprepared(&sql).await?;
        }
        maintenance.close().await?;
        Ok(self.server.url(name))
    }
}

/// `bench` beside the folder that this program was built in.
fn default_home() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).map(Path::to_owned);
    Ok(target.context("this program has no folder")?.join("bench"))
}

/// A connection to the database with so many members, which is made anew where it is old or was not finished.
async fn data_set(server: &EmbeddedPostgres, members: u32) -> anyhow::Result<DatabaseConnection> {
    let name = dataset::database(members);
    let today = SystemClock.now().date_naive();
    let maintenance = server.url("postgres");
    database::create(&maintenance, &name).await?;
    let pool = connect(&server.url(&name)).await?;
    let marker = Marker::read(&pool).await?;
    if marker.is_some_and(|marker| marker.serves(members, today)) {
        // Migrations that have come since.
        prepare(&server.url(&name)).await?;
        return Ok(pool);
    }
    pool.close().await?;
    let server_pool = connect(&maintenance).await?;
    let drop = format!("DROP DATABASE \"{name}\" WITH (FORCE)");
    server_pool.execute_unprepared(&drop).await?;
    server_pool.close().await?;
    database::create(&maintenance, &name).await?;
    let pool = connect(&server.url(&name)).await?;
    prepare(&server.url(&name)).await?;
    dataset::load(&pool, members, today)
        .await
        .context("loading the data set")?;
    pool.close().await?;
    // Without what the load has set on its connection.
    Ok(connect(&server.url(&name)).await?)
}

/// Tables and content.
async fn prepare(url: &str) -> anyhow::Result<()> {
    let pool = crate::work::connect(url).await?;
    app::prepare(&pool, &SystemClock).await?;
    pool.close().await;
    Ok(())
}

async fn connect(url: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .max_lifetime(ONE_CONNECTION_FOR)
        .idle_timeout(ONE_CONNECTION_FOR)
        .set_application_name("coach-bench")
        .sqlx_logging(false);
    Database::connect(options).await
}

/// The server process of a connection.
async fn backend(pool: &DatabaseConnection) -> anyhow::Result<u32> {
    let pid: i32 = value(pool, "SELECT pg_backend_pid()").await?;
    Ok(pid.try_into()?)
}

/// The only value that a statement gives.
pub(crate) async fn value<T: sea_orm::TryGetable>(
    pool: &impl sea_orm::ConnectionTrait,
    sql: &str,
) -> anyhow::Result<T> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = pool.query_one_raw(statement).await?;
    Ok(row.context("no row")?.try_get_by_index(0)?)
}
