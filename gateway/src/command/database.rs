//! `coach migrate` and `coach seed`, and the database of verbs that need one that is there.

use anyhow::{Context as _, anyhow, bail};
use coach_domain::clock::SystemClock;
use coach_domain::database::Pool;
use coach_gateway::{app, database, embedded, settings::Settings};

use super::dev::DATABASE;

/// Brings the tables up to date.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.given_database()?, settings)?;
    let found = app::migrate(&pool).await?;
    pool.close().await;
    if !found.unknown.is_empty() {
        eprintln!(
            "coach: the database is newer than this version: it has {}, which this one does not know and works with; \
             nothing was changed",
            found.unknown.join(", ")
        );
    } else if found.pending.is_empty() {
        eprintln!("coach: the database is up to date");
    } else {
        eprintln!("coach: migrated: {}", found.pending.join(", "));
    }
    Ok(())
}

/// Puts content and demo members into the database.
pub(crate) async fn seed(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.given_database()?, settings)?;
    app::seed(&pool, &SystemClock).await?;
    pool.close().await;
    Ok(())
}

/// What a database is wanted for, in the words of messages.
pub(super) struct Purpose {
    /// "importing into" the database
    pub(super) doing: &'static str,
    /// set `COACH_DATABASE_URL` to "the one to import into"
    pub(super) which: &'static str,
    /// start `coach dev` and "import" while it runs
    pub(super) then: &'static str,
}

impl Purpose {
    /// Of those who look at a service that runs.
    pub(super) const fn of_operators(doing: &'static str) -> Self {
        Self {
            doing,
            which: "that of the service",
            then: "ask",
        }
    }
}

/// The database that is set, or that of a running `coach dev`, with all tables.
pub(super) async fn given_or_running(
    settings: &Settings,
    purpose: &Purpose,
) -> anyhow::Result<Pool> {
    let url = settings
        .database_url
        .clone()
        .map_or_else(|| of_running_dev(settings, purpose), Ok)?;
    if let Some(shown) = settings.shown_database() {
        eprintln!("coach: {} {shown}", purpose.doing);
    }
    let pool = database::pool(&url, settings)?;
    let found = coach_migrations::compare(&pool).await;
    match found
        .context("the database cannot be asked for its tables; check COACH_DATABASE_URL")?
        .pending
        .len()
    {
        0 => Ok(pool),
        _ => {
            bail!("the database lacks tables or columns of this version; run `coach migrate` first")
        }
    }
}

fn of_running_dev(settings: &Settings, purpose: &Purpose) -> anyhow::Result<String> {
    let home = settings.home.display();
    let Purpose { doing, which, then } = purpose;
    let url = embedded::running(&settings.home, DATABASE).ok_or_else(|| {
        anyhow!(
            "there is no database: set COACH_DATABASE_URL to {which}, or start `coach dev` with COACH_HOME={home} and \
             {then} while it runs"
        )
    })?;
    eprintln!("coach: {doing} the database of the `coach dev` that runs in {home}");
    Ok(url)
}
