//! `coach migrate` and `coach seed`, and opening the database for subcommands that need an existing one.

use anyhow::{Context as _, bail, ensure};
use coach_domain::clock::SystemClock;
use coach_domain::database::{ConnectFailure, Pool};
use coach_gateway::{app, database, settings::Settings};

#[cfg(feature = "dev")]
use super::dev::running_database_url;

/// Runs the pending migrations.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.required_database_url()?, settings)?;
    let found = app::migrate(&pool).await?;
    pool.close().await;
    if !found.unknown.is_empty() {
        eprintln!(
            "coach: the database is newer than this version: it has {}, which this one does not know but is compatible \
             with; nothing was changed",
            found.unknown.join(", ")
        );
    } else if found.pending.is_empty() {
        eprintln!("coach: the database is up to date");
    } else {
        eprintln!("coach: migrated: {}", found.pending.join(", "));
    }
    Ok(())
}

/// Inserts content, and demo members unless `content_only`.
pub(crate) async fn seed(settings: &Settings, content_only: bool) -> anyhow::Result<()> {
    let pool = database::pool(settings.required_database_url()?, settings)?;
    if content_only {
        let added = app::seed_content(&pool, &SystemClock).await?;
        eprintln!(
            "coach: added {} exercises, {} workouts, {} recipes and {} programmes",
            added.exercises, added.workouts, added.recipes, added.programmes
        );
    } else {
        app::seed(&pool, &SystemClock).await?;
        eprintln!("coach: the content and the demo members are there");
    }
    pool.close().await;
    Ok(())
}

/// What a subcommand needs the database for: fragments of its messages.
pub(super) struct Purpose {
    /// Precedes "the database": "importing into".
    pub(super) activity: &'static str,
    /// Completes "set `COACH_DATABASE_URL` to": "the one to import into".
    pub(super) target: &'static str,
    /// Completes "start `coach dev` and … while it runs": "import".
    pub(super) action: &'static str,
}

impl Purpose {
    /// For subcommands by which operators inspect a running service.
    pub(super) const fn of_operators(activity: &'static str) -> Self {
        Self {
            activity,
            target: "that of the service",
            action: "ask",
        }
    }
}

/// Opens the configured database, or else that of a running `coach dev`. Fails when migrations are missing.
pub(super) async fn open_configured_or_dev(
    settings: &Settings,
    purpose: &Purpose,
) -> anyhow::Result<Pool> {
    let url = match &settings.database_url {
        Some(url) => url.clone(),
        None => running_dev_url(settings, purpose)?,
    };
    if let Some(masked) = settings.masked_database_url() {
        eprintln!("coach: {} {masked}", purpose.activity);
    }
    let pool = database::pool(&url, settings)?;
    if let Err(failure) = pool.try_to_connect().await {
        let ConnectFailure {
            server,
            cause,
            remedy,
        } = failure;
        bail!("the database at {server} cannot be connected to: {cause}; {remedy}");
    }
    let found = coach_migrations::compare(&pool).await;
    let found =
        found.context(
            "the migrations of the database cannot be read; check COACH_DATABASE_URL, and through a pooler \
             COACH_DATABASE_POOL_MODE",
        )?;
    ensure!(
        found.pending.is_empty(),
        "the database lacks tables or columns of this version; run `coach migrate` first"
    );
    Ok(pool)
}

fn running_dev_url(settings: &Settings, purpose: &Purpose) -> anyhow::Result<String> {
    let Purpose {
        activity,
        target,
        action,
    } = purpose;
    let home = settings.home.display();
    if let Some(url) = running_database_url(settings) {
        eprintln!("coach: {activity} the database of the `coach dev` that runs in {home}");
        return Ok(url);
    }
    let mut mend = format!("set COACH_DATABASE_URL to {target}");
    if cfg!(feature = "dev") {
        mend +=
            &format!(", or start `coach dev` with COACH_HOME={home} and {action} while it runs");
    }
    bail!("there is no database: {mend}")
}

#[cfg(not(feature = "dev"))]
fn running_database_url(_: &Settings) -> Option<String> {
    None
}
