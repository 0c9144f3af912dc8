//! The seam to the business: preparing its database, and looking after what it holds in memory.

use std::{fmt, sync::Arc, time::Duration};

use coach_domain::{catalogue, clock::Clock, database::Pool, seed};
use coach_migrations::Migrations;
use coach_resolvers::App;
use sea_orm::DbErr;

/// How long a new version of the catalogue may go unnoticed.
const CATALOGUE_EVERY: Duration = Duration::from_secs(5);

/// Why the database cannot be prepared. For operators: it shows what requests hide.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The migrations.
    #[error("migrating the database: {0}")]
    Migrate(DbErr),
    /// The words by which the catalogue is searched.
    #[error("writing the words by which the catalogue is searched: {}", Plainly(.0))]
    Refold(coach_domain::Error),
    /// The content and the demo members.
    #[error("seeding the database: {}", Plainly(.0))]
    Seed(coach_domain::Error),
}

/// Brings the database's tables up to date, and the words by which the catalogue is searched, and says
/// how the tables stood before.
///
/// # Errors
///
/// When the database cannot be reached, or a migration fails; then none has run. When writing the words fails the tables
/// are up to date, and doing it again writes them.
pub async fn migrate(database: &Pool) -> Result<Migrations, PrepareError> {
    let found = coach_migrations::migrate(&database.unwatched())
        .await
        .map_err(PrepareError::Migrate)?;
    if !found.unknown.is_empty() {
        // A newer version has words of its own.
        return Ok(found);
    }
    let refolded = catalogue::refold(database).await;
    let refolded = refolded.map_err(PrepareError::Refold)?;
    tracing::debug!(
        refolded,
        "the catalogue is searched by the words of this version"
    );
    Ok(found)
}

/// Adds content and demo members that are missing, and renews demo members whose time has passed.
///
/// # Errors
///
/// When the database cannot be reached, or holds tables that are not ours.
pub async fn seed(database: &Pool, clock: &dyn Clock) -> Result<(), PrepareError> {
    let added = seed::seed(database, clock).await;
    let added = added.map_err(PrepareError::Seed)?;
    let renewed = seed::renew(database, clock).await;
    let renewed = renewed.map_err(PrepareError::Seed)?;
    tracing::debug!(?added, ?renewed, "the database has content");
    Ok(())
}

/// All of it, for a database that may be empty, but not somebody else's.
///
/// # Errors
///
/// As [`migrate`] and [`seed`]; the tables of others are found before ours are made.
pub async fn prepare(database: &Pool, clock: &dyn Clock) -> Result<(), PrepareError> {
    seed::is_ours(database).await.map_err(PrepareError::Seed)?;
    migrate(database).await?;
    seed(database, clock).await
}

/// What an error of the domain says to operators: with its cause, which requests hide.
pub fn plainly(error: &coach_domain::Error) -> String {
    Plainly(error).to_string()
}

/// Loads the catalogue now, and again whenever there is a new version, as long as it is in use.
pub fn watch_catalogue(catalogue: &Arc<catalogue::Cache>, database: Pool) {
    let catalogue = Arc::downgrade(catalogue);
    tokio::spawn(async move {
        while let Some(catalogue) = catalogue.upgrade() {
            if let Err(error) = catalogue.refresh(&database).await {
                tracing::debug!(error = %Plainly(&error), "asking for the catalogue failed");
            }
            drop(catalogue);
            tokio::time::sleep(CATALOGUE_EVERY).await;
        }
    });
}

/// Whether there is a catalogue, in memory or to load.
pub(crate) async fn has_catalogue(app: &App) -> bool {
    app.catalogue.get(&app.database).await.is_ok()
}

/// An error of the domain with its cause, which the domain keeps from strangers.
struct Plainly<'a>(&'a coach_domain::Error);

impl fmt::Display for Plainly<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use coach_domain::Error::{Conflict, Database, Timeout, Unavailable};
        match self.0 {
            Unavailable(cause) | Timeout(cause) | Conflict(cause) | Database(cause) => {
                write!(formatter, "{} ({cause})", self.0)
            }
            coach_domain::Error::Queue(cause) => cause.fmt(formatter),
            error => error.fmt(formatter),
        }
    }
}
