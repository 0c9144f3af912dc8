//! Content and demo members, to have something to try out and to test with.
//!
//! The content was written for this project and ships with it as JSON in
//! `domain/content`; programmes are made of it by rule. All of it is the same on
//! every machine, ids included, and so are the demo members for the same day:
//! nothing is random, and all their dates are relative to the day of seeding.

mod content;
mod demo;
mod exercise;
mod food;
pub mod identity;
mod insert;
mod menu;
mod programme;
mod recipe;
mod tables;
mod training;
mod workout;

use sea_orm::{ConnectionTrait, TransactionTrait};

use self::content::Content;
use crate::database::Pool;
use crate::{Result, catalogue::Catalogue, clock::Clock, database};

pub use demo::{DEMO, Demo, LOCAL_ISSUER};
pub use tables::{TABLES, is_ours};

/// What seeding added. All are 0 when everything was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// Exercises.
    pub exercises: usize,
    /// Workouts.
    pub workouts: usize,
    /// Recipes.
    pub recipes: usize,
    /// Versions of programmes.
    pub programmes: usize,
    /// Demo members.
    pub members: usize,
}

/// What renewing changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenewReport {
    /// The subjects of the demo members that were renewed.
    pub members: Vec<&'static str>,
}

/// The content as a catalogue, without a database.
///
/// # Errors
///
/// [`Error::Invariant`](crate::Error::Invariant) when a file of the content is
/// not as it should be.
pub fn catalogue() -> Result<Catalogue> {
    Ok(Content::load()?.catalogue())
}

/// Adds the content and the demo members that a migrated database lacks, in one
/// transaction. What is there already, by slug and by subject, is left alone, so
/// doing it again does nothing.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when the database holds tables
/// that are not ours or a slug with another id than ours, and those of the
/// database.
pub async fn seed(db: &Pool, clock: &dyn Clock) -> Result<SeedReport> {
    is_ours(db).await?;
    let content = Content::load()?;
    let transaction = db.begin().await?;
    alone(&transaction).await?;
    let mut report = insert::missing_content(&transaction, &content, clock.now()).await?;
    let catalogue = content.catalogue();
    report.members = demo::insert::missing_members(&transaction, clock, &catalogue).await?;
    transaction.commit().await?;
    Ok(report)
}

/// Brings the demo members back to the state that they stand for once their time
/// has passed (for most when their cycle has), in one transaction. Each of them
/// loses everything that they own and gets it anew as of today; the member's id
/// and purchase token stay. Nobody else is touched: who counts is the local
/// issuer with the subjects of [`DEMO`]. Where nothing has passed it does nothing.
///
/// # Errors
///
/// Those of the database.
pub async fn renew(db: &Pool, clock: &dyn Clock) -> Result<RenewReport> {
    let catalogue = catalogue()?;
    let transaction = db.begin().await?;
    alone(&transaction).await?;
    let members = demo::renew::passed_members(&transaction, clock, &catalogue).await?;
    transaction.commit().await?;
    Ok(RenewReport { members })
}

/// Waits for others who seed or renew the same database, until the transaction
/// ends.
async fn alone(db: &impl ConnectionTrait) -> Result<()> {
    let lock = "SELECT pg_advisory_xact_lock(hashtext('coach seed'))";
    db.execute_raw(database::statement(lock, [])).await?;
    Ok(())
}
