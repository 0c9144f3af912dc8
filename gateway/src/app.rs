//! Prepares the database (migrations, seed data) and keeps the in-memory catalogue up to date.

use std::{sync::Arc, time::Duration};

use coach_content::seed;
use coach_domain::{catalogue, clock::Clock, database::Pool};
use coach_migrations::Migrations;
use coach_resolvers::App;
use sea_orm::DbErr;

/// How often to look for a new version of the catalogue.
const CATALOGUE_REFRESH_INTERVAL: Duration = Duration::from_secs(5);

/// How often slow and failed requests are written.
const TRACE_INTERVAL: Duration = Duration::from_secs(1);

/// Why the database cannot be prepared. Meant for operators: messages include the cause, which responses to clients
/// hide.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// A migration failed.
    #[error("migrating the database: {0}")]
    Migrate(DbErr),
    /// The search terms of the catalogue could not be rewritten.
    #[error("writing the search terms of the catalogue: {}", .0.message_with_cause())]
    Refold(coach_domain::Error),
    /// The content or the demo members could not be written.
    #[error("seeding the database: {}", .0.message_with_cause())]
    Seed(coach_domain::Error),
}

/// How often the migrations are tried while a transaction of somebody else has locked a table, and the time between two
/// attempts, in which the statements that waited behind them are done.
const MIGRATION_ATTEMPTS: u32 = 15;
const MIGRATION_RETRY_INTERVAL: Duration = Duration::from_secs(2);

async fn run_migrations(database: &Pool) -> Result<Migrations, PrepareError> {
    let mut attempt = 1;
    loop {
        match coach_migrations::migrate(&database.seaorm_connection()).await {
            Err(error)
                if attempt < MIGRATION_ATTEMPTS && coach_migrations::is_lock_timeout(&error) =>
            {
                let attempts = MIGRATION_ATTEMPTS;
                tracing::warn!(
                    attempt,
                    attempts,
                    "a table that a migration changes is locked by a transaction; trying again"
                );
                attempt += 1;
                tokio::time::sleep(MIGRATION_RETRY_INTERVAL).await;
            }
            result => return result.map_err(PrepareError::Migrate),
        }
    }
}

/// Runs the pending migrations, then rewrites the search terms of the catalogue. Returns the state of the migrations
/// before the call.
///
/// # Errors
///
/// When the database cannot be reached or a migration fails; all migrations are rolled back in that case. When
/// rewriting the search terms fails, the tables are up to date, and calling this again writes the terms.
pub async fn migrate(database: &Pool) -> Result<Migrations, PrepareError> {
    let found = run_migrations(database).await?;
    if !found.unknown.is_empty() {
        // A newer version of this program migrated the database, and its search terms may differ.
        return Ok(found);
    }
    let rewritten = catalogue::rebuild_search_text(database).await;
    let rewritten = rewritten.map_err(PrepareError::Refold)?;
    tracing::debug!(
        refolded = rewritten,
        "the search terms of the catalogue are up to date"
    );
    Ok(found)
}

/// Inserts missing content and demo members, and renews demo members whose seed data has expired.
///
/// # Errors
///
/// When the database cannot be reached, or holds tables of another application.
pub async fn seed(database: &Pool, clock: &dyn Clock) -> Result<(), PrepareError> {
    let added = seed::seed(database, clock).await;
    let added = added.map_err(PrepareError::Seed)?;
    let renewed = seed::renew(database, clock).await;
    let renewed = renewed.map_err(PrepareError::Seed)?;
    tracing::debug!(?added, ?renewed, "the database has content");
    Ok(())
}

/// Inserts missing content alone, for production.
///
/// # Errors
///
/// When the database cannot be reached, or holds tables of another application.
pub async fn seed_content(
    database: &Pool,
    clock: &dyn Clock,
) -> Result<seed::SeedReport, PrepareError> {
    let added = seed::seed_content(database, clock).await;
    added.map_err(PrepareError::Seed)
}

/// Migrates and seeds a database that is either empty or already ours.
///
/// # Errors
///
/// As [`migrate`] and [`seed`]. Tables of another application are detected before any table is created.
pub async fn prepare(database: &Pool, clock: &dyn Clock) -> Result<(), PrepareError> {
    seed::require_own_tables(database)
        .await
        .map_err(PrepareError::Seed)?;
    migrate(database).await?;
    seed(database, clock).await
}

/// Spawns a task that loads the catalogue now and reloads it on each new version. It ends once the cache is dropped.
pub fn watch_catalogue(catalogue: &Arc<catalogue::Cache>, database: Pool) {
    let catalogue = Arc::downgrade(catalogue);
    tokio::spawn(async move {
        while let Some(catalogue) = catalogue.upgrade() {
            if let Err(error) = catalogue.refresh(&database).await {
                tracing::debug!(
                    error = error.message_with_cause(),
                    "refreshing the catalogue failed"
                );
            }
            drop(catalogue);
            tokio::time::sleep(CATALOGUE_REFRESH_INTERVAL).await;
        }
    });
}

/// Spawns a task that writes slow and failed requests to the table, and forgets old ones. It ends once the app is dropped.
pub fn keep_writing_traces(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        while let Some(app) = app.upgrade() {
            app.traces.expire(app.clock.now());
            write_traces(&app).await;
            drop(app);
            tokio::time::sleep(TRACE_INTERVAL).await;
        }
    });
}

/// Writes the slow and failed requests that are not written yet.
pub async fn write_traces(app: &App) {
    if let Err(error) = app.traces.write(&app.database).await {
        tracing::debug!(
            error = error.message_with_cause(),
            "slow requests were not written"
        );
    }
}

/// Whether the catalogue is in memory or can be loaded, and has programmes, without which no plan can be started.
pub(crate) async fn has_catalogue(app: &App) -> bool {
    let catalogue = app.catalogue.get(&app.database).await;
    catalogue.is_ok_and(|catalogue| !catalogue.programmes.is_empty())
}
