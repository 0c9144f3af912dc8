//! The environment of a measurement: a private Postgres with a data set, and an issuer of tokens.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use coach_dev::{EmbeddedPostgres, Standby};
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{app, auth::LocalIssuer, database};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use tokio::task::spawn_blocking;

use crate::{
    cli::Common,
    dataset::{self, DataSet, marker},
    log_progress,
    sql::{connect, query_value},
};

/// The running environment. Dropping the last one of a Postgres stops it.
pub(crate) struct Environment {
    /// The folder of all files that a run creates.
    pub(crate) home: PathBuf,
    /// The URL of the database with the data set.
    pub(crate) database_url: String,
    database: String,
    pub(crate) issuer: LocalIssuer,
    /// A pool of one connection to that database.
    pub(crate) pool: DatabaseConnection,
    /// The id of the Postgres server process, whose children serve the connections.
    pub(crate) postgres: u32,
    server: Arc<EmbeddedPostgres>,
}

impl Environment {
    /// Starts Postgres, and creates the data set unless it exists.
    pub(crate) async fn start(common: &Common) -> anyhow::Result<Self> {
        let home = common.home()?;
        let shared_buffers = coach_dev::Settings::new(&home).shared_buffers;
        let data_set = DataSet::complete(common.members);
        Self::start_with(common, home, shared_buffers, data_set).await
    }

    /// Starts Postgres in this folder with so many megabytes of shared buffers, and creates the data set unless it exists.
    pub(crate) async fn start_with(
        common: &Common,
        home: PathBuf,
        shared_buffers: u32,
        data_set: DataSet,
    ) -> anyhow::Result<Self> {
        let settings = coach_dev::Settings {
            bin: common.postgres_bin.clone(),
            download: true,
            shared_buffers,
            ..coach_dev::Settings::new(&home)
        };
        let start_postgres =
            move || EmbeddedPostgres::start(&settings, &mut |line| log_progress(line));
        let server = Arc::new(spawn_blocking(start_postgres).await??);
        Self::on(server, home.canonicalize()?, data_set).await
    }

    /// The same Postgres with another data set, which is created unless it exists.
    pub(crate) async fn with_data_set(&self, data_set: DataSet) -> anyhow::Result<Self> {
        Self::on(Arc::clone(&self.server), self.home.clone(), data_set).await
    }

    async fn on(
        server: Arc<EmbeddedPostgres>,
        home: PathBuf,
        data_set: DataSet,
    ) -> anyhow::Result<Self> {
        let pool = create_data_set(&server, data_set).await?;
        // It is still on where a run that records statements was interrupted.
        for sql in [
            "ALTER SYSTEM RESET log_statement",
            "SELECT pg_reload_conf()",
        ] {
            pool.execute_unprepared(sql).await?;
        }
        Self::with_database(server, home, data_set.database(), pool)
    }

    fn with_database(
        server: Arc<EmbeddedPostgres>,
        home: PathBuf,
        database: String,
        pool: DatabaseConnection,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            issuer: LocalIssuer::open(&home)?,
            home,
            database_url: server.url(&database),
            database,
            postgres: server.pid(),
            pool,
            server,
        })
    }

    /// The name of the database with the data set.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The folder of the server's socket.
    pub(crate) fn socket_folder(&self) -> &Path {
        self.server.socket_folder()
    }

    /// The same Postgres with a copy of the data set, which measurements may modify.
    pub(crate) async fn copied(&self, name: &str) -> anyhow::Result<Self> {
        let pool = connect(&self.copy(name).await?).await?;
        let server = Arc::clone(&self.server);
        Self::with_database(server, self.home.clone(), name.to_owned(), pool)
    }

    /// Starts a standby, with its URL for this database.
    pub(crate) async fn standby(&self) -> anyhow::Result<(Standby, String)> {
        let server = Arc::clone(&self.server);
        let standby = spawn_blocking(move || server.standby()).await??;
        let url = standby.url(&self.database);
        Ok((standby, url))
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

/// Connects to the database with this data set, after recreating it if it is outdated or incomplete.
async fn create_data_set(
    server: &EmbeddedPostgres,
    data_set: DataSet,
) -> anyhow::Result<DatabaseConnection> {
    let name = data_set.database();
    let (maintenance, url) = (server.url("postgres"), server.url(&name));
    let today = SystemClock.now().date_naive();
    database::create(&maintenance, &name).await?;
    let pool = connect(&url).await?;
    if marker::matches(&pool, data_set, today).await? {
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
    dataset::load(&url, data_set, today)
        .await
        .context("loading the data set")?;
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
