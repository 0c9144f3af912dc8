//! Connections to Postgres.

pub mod iam;

use std::time::Duration;

use coach_domain::{
    clock::Clock,
    database::{self, Options, Pool, Replica, ReplicaOptions, ServerRole},
    id,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

use crate::settings::Settings;

/// Opens the pool for requests. It connects on first use, so the process starts even while the database is down.
///
/// # Errors
///
/// When the URL is invalid.
pub fn pool(url: &str, settings: &Settings) -> coach_domain::Result<Pool> {
    let options = Options {
        max_connections: settings.database_connections,
        acquire_timeout: settings.timeouts.acquire,
        statement_timeout: settings.timeouts.statement,
        pool_mode: settings.database_pool_mode,
        ..Options::default()
    };
    database::open(url, &options)
}

/// Opens a pool on the standby that queries read from, and follows it; `None` if none is configured. Its timeouts are half
/// those of [`pool`], so that a statement that fails there can still run on the primary within the request's time.
///
/// # Errors
///
/// When the URL is invalid.
pub fn replica(
    primary: &Pool,
    settings: &Settings,
    clock: &dyn Clock,
) -> coach_domain::Result<Option<Replica>> {
    let Some(url) = &settings.database_read_url else {
        return Ok(None);
    };
    let options = Options {
        name: "replica",
        max_connections: settings.database_connections,
        acquire_timeout: settings.timeouts.acquire / 2,
        statement_timeout: settings.timeouts.statement / 2,
        application_name: "coach-replica".to_owned(),
        pool_mode: settings.database_pool_mode,
        role: ServerRole::Standby,
        ..Options::default()
    };
    let following = ReplicaOptions {
        process: id::new_v7(clock.now()),
        max_lag: settings.database_read_lag,
    };
    let pool = database::open(url, &options)?;
    Ok(Some(Replica::follow(primary, pool, following)))
}

/// Opens the pool for background work, separate from [`pool`] so that neither starves the other of connections. Its
/// timeouts are longer (10 s to acquire a connection, 15 s for a statement), because no client waits for a response.
///
/// # Errors
///
/// When the URL is invalid.
pub fn worker_pool(url: &str, settings: &Settings) -> coach_domain::Result<Pool> {
    let options = Options {
        name: "worker",
        max_connections: settings.worker.connections,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(15),
        application_name: "coach-worker".to_owned(),
        pool_mode: settings.database_pool_mode,
        ..Options::for_queues()
    };
    database::open(url, &options)
}

/// Has the pool's new connections authenticate as `url` says; see [`Pool::set_credentials`]. A failure is logged.
pub fn set_credentials(pool: &Pool, url: Option<&str>) {
    if let Some(Err(error)) = url.map(|url| pool.set_credentials(url)) {
        tracing::error!(
            error = error.message_with_cause(),
            "the new credentials of the database cannot be used; the old ones stay"
        );
    }
}

/// Creates a database on the server of `url` unless it exists.
///
/// # Errors
///
/// When the server cannot be reached or rejects the statement.
pub async fn create(url: &str, name: &str) -> Result<(), DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let server = Database::connect(options).await?;
    let created = server
        .execute_unprepared(&format!("CREATE DATABASE \"{name}\""))
        .await;
    let result = match created {
        Err(error) if !exists(&server, name).await? => Err(error),
        _ => Ok(()),
    };
    server.close().await?;
    result
}

async fn exists(server: &DatabaseConnection, name: &str) -> Result<bool, DbErr> {
    let statement = sea_orm::Statement::from_sql_and_values(
        sea_orm::DbBackend::Postgres,
        "SELECT FROM pg_database WHERE datname = $1",
        [name.into()],
    );
    Ok(server.query_one_raw(statement).await?.is_some())
}
