//! `coach migrate` and `coach seed`.

use coach_domain::clock::SystemClock;
use coach_gateway::{app, database, settings::Settings};

/// Brings the tables up to date.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.given_database()?, settings).await?;
    app::migrate(&pool).await?;
    pool.close().await?;
    Ok(())
}

/// Puts content and demo members into the database.
pub(crate) async fn seed(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.given_database()?, settings).await?;
    app::seed(&pool, &SystemClock).await?;
    pool.close().await?;
    Ok(())
}
