//! `coach migrate` and `coach seed`.

use anyhow::Context as _;
use coach_gateway::{app, database, settings::Settings};

/// Brings the tables up to date.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.given_database()?, settings).await?;
    app::migrate(&pool).await.context("migrating the database")?;
    pool.close().await?;
    Ok(())
}

/// Puts content and demo members into the database.
pub(crate) async fn seed(settings: &Settings) -> anyhow::Result<()> {
    let pool = database::pool(settings.given_database()?, settings).await?;
    app::seed(&pool).await.context("seeding the database")?;
    pool.close().await?;
    Ok(())
}
