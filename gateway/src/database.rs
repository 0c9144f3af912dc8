//! Connections to Postgres.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

use crate::settings::Settings;

/// After so long unused, a connection is asked whether it lives before it is used.
const IDLE: Duration = Duration::from_secs(30);

/// A pool. It connects when it is used, so a database that is down is no reason not to start.
///
/// # Errors
///
/// When the URL is not one.
pub async fn pool(url: &str, settings: &Settings) -> Result<DatabaseConnection, DbErr> {
    let statement = settings.timeouts.statement.as_millis().to_string();
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(settings.database_connections)
        .acquire_timeout(settings.timeouts.acquire)
        // Asking each time costs a round trip each time.
        .test_before_acquire_if_idle_for(IDLE)
        .sqlx_logging(false)
        .connect_lazy(true)
        .map_sqlx_postgres_opts(move |options| {
            options.application_name("coach").options([
                ("statement_timeout", statement.as_str()),
                // `= ANY($1)` would be planned anew with each call.
                ("plan_cache_mode", "force_generic_plan"),
            ])
        });
    Database::connect(options).await
}

/// A pool for what works behind the answers, so that neither takes the other's connections. Waits longer for one: nobody
/// waits for an answer.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn worker_pool(
    url: &str,
    settings: &Settings,
) -> coach_domain::Result<DatabaseConnection> {
    let options = coach_domain::database::Options {
        max_connections: settings.worker.connections,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(15),
        application_name: "coach-worker".to_owned(),
        ..coach_domain::database::Options::for_queues()
    };
    coach_domain::database::connect(url, &options).await
}

/// Creates a database on the server of `url`, unless it is there.
///
/// # Errors
///
/// When the server cannot be reached or refuses.
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
