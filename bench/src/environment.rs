//! The environment of a measurement: a private Postgres with a data set, and an issuer of tokens.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use coach_dev::EmbeddedPostgres;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{app, auth::LocalIssuer, database};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use tokio::task::spawn_blocking;

use crate::{
    cli::Common,
    dataset::{self, marker},
    log_progress, process,
    sql::query_value,
};

/// Longer than any load of a data set: a new connection would lack the temporary tables.
const CONNECTION_LIFETIME: Duration = Duration::from_hours(24);

/// The running environment. Dropping it stops Postgres.
pub(crate) struct Environment {
    /// The folder of all files that a run creates.
    pub(crate) home: PathBuf,
    /// The URL of the database with the data set.
    pub(crate) database_url: String,
    pub(crate) issuer: LocalIssuer,
    /// A pool of one connection to that database.
    pub(crate) pool: DatabaseConnection,
    /// The id of the Postgres server process, whose children serve the connections.
    pub(crate) postgres: u32,
    server: EmbeddedPostgres,
}

impl Environment {
    /// Starts Postgres, and creates the data set unless it exists.
    pub(crate) async fn start(common: &Common) -> anyhow::Result<Self> {
        let home = match &common.home {
            Some(home) => home.clone(),
            None => default_home()?,
        };
        let settings = coach_dev::Settings {
            bin: common.postgres_bin.clone(),
            download: true,
            ..coach_dev::Settings::new(&home)
        };
        let start_postgres =
            move || EmbeddedPostgres::start(&settings, &mut |line| log_progress(line));
        let server = spawn_blocking(start_postgres).await??;
        let pool = data_set(&server, common.members).await?;
        // It is still on where a run that records statements was interrupted.
        for sql in [
            "ALTER SYSTEM RESET log_statement",
            "SELECT pg_reload_conf()",
        ] {
            pool.execute_unprepared(sql).await?;
        }
        let home = home.canonicalize()?;
        // The server process of our connection.
        let backend: i32 = query_value(&pool, "SELECT pg_backend_pid()").await?;
        Ok(Self {
            issuer: LocalIssuer::open(&home)?,
            home,
            database_url: server.url(&dataset::database(common.members)),
            postgres: process::parent(u32::try_from(backend)?)?,
            pool,
            server,
        })
    }

    /// The folder of the server's socket.
    pub(crate) fn socket_folder(&self) -> &Path {
        self.server.socket_folder()
    }

    /// Copies the data set to another database, which measurements may modify, and returns its URL.
    pub(crate) async fn copy(&self, name: &str) -> anyhow::Result<String> {
        let maintenance = connect(&self.server.url("postgres")).await?;
        let original: String = query_value(&self.pool, "SELECT current_database()").await?;
        for sql in [
            format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
            // A template database must not have connections. Our own pool reconnects by itself.
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

/// The folder `bench` in the target folder of this program.
fn default_home() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).map(Path::to_owned);
    Ok(target.context("this program has no folder")?.join("bench"))
}

/// Connects to the database with this number of members, after recreating it if it is outdated or incomplete.
async fn data_set(server: &EmbeddedPostgres, members: u32) -> anyhow::Result<DatabaseConnection> {
    let name = dataset::database(members);
    let (maintenance, url) = (server.url("postgres"), server.url(&name));
    let today = SystemClock.now().date_naive();
    database::create(&maintenance, &name).await?;
    let pool = connect(&url).await?;
    if marker::matches(&pool, members, today).await? {
        // Applies migrations that were added since.
        prepare(&url).await?;
        return Ok(pool);
    }
    pool.close().await?;
    let server_pool = connect(&maintenance).await?;
    let drop = format!("DROP DATABASE \"{name}\" WITH (FORCE)");
    server_pool.execute_unprepared(&drop).await?;
    server_pool.close().await?;
    database::create(&maintenance, &name).await?;
    prepare(&url).await?;
    let pool = connect(&url).await?;
    dataset::load(&pool, members, today)
        .await
        .context("loading the data set")?;
    pool.close().await?;
    // A new connection, without the settings of the one that loaded the data.
    Ok(connect(&url).await?)
}

/// Creates a folder, after deleting it with all that it contains.
pub(crate) fn create_empty_folder(folder: &Path) -> io::Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)
}

/// Creates or updates the tables and the content.
async fn prepare(url: &str) -> anyhow::Result<()> {
    let pool = crate::pipeline::connect(url).await?;
    app::prepare(&pool, &SystemClock).await?;
    pool.close().await;
    Ok(())
}

async fn connect(url: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .max_lifetime(CONNECTION_LIFETIME)
        .idle_timeout(CONNECTION_LIFETIME)
        .set_application_name("coach-bench")
        .sqlx_logging(false);
    Database::connect(options).await
}
