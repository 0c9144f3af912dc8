//! Seed data: content and demo members, for development and tests.
//!
//! The content was written for this project and ships with it as JSON in `content/data`; programmes are generated
//! from it by rules. It is the same on every machine, including IDs, and so are the demo members on the same day:
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

use coach_domain::{
    Result,
    catalogue::Catalogue,
    clock::Clock,
    database::{self, Pool},
};
use sea_orm::{ConnectionTrait, TransactionTrait};

use self::content::Content;

pub use demo::{DEMO, Demo, LOCAL_ISSUER};
pub use tables::{TABLES, require_own_tables};

/// The numbers of items that seeding inserted. All are 0 when nothing was missing.
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

/// The result of renewing the demo members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenewReport {
    /// The subjects of the demo members that were renewed.
    pub members: Vec<&'static str>,
}

/// The content as a catalogue, without a database.
///
/// # Errors
///
/// [`Error::Invariant`](coach_domain::Error::Invariant) when a content file is invalid.
pub fn catalogue() -> Result<Catalogue> {
    Ok(Content::load()?.catalogue())
}

/// Inserts the content and the demo members that a migrated database lacks, in one transaction. Existing content (by
/// slug) and members (by subject) are not changed, so repeating it has no effect.
///
/// # Errors
///
/// [`Error::BadInput`](coach_domain::Error::BadInput) when the database has tables of another application, or a slug with
/// another ID than in the content; and those of the database.
pub async fn seed(db: &Pool, clock: &dyn Clock) -> Result<SeedReport> {
    insert(db, clock, true).await
}

/// Like [`seed`], without demo members: for production.
///
/// # Errors
///
/// Those of [`seed`].
pub async fn seed_content(db: &Pool, clock: &dyn Clock) -> Result<SeedReport> {
    insert(db, clock, false).await
}

async fn insert(db: &Pool, clock: &dyn Clock, with_members: bool) -> Result<SeedReport> {
    require_own_tables(db).await?;
    let content = Content::load()?;
    let transaction = db.begin().await?;
    lock_seeding(&transaction).await?;
    let mut report = insert::insert_missing_content(&transaction, &content, clock.now()).await?;
    if with_members {
        let catalogue = content.catalogue();
        report.members = demo::insert::insert_missing(&transaction, clock, &catalogue).await?;
    }
    transaction.commit().await?;
    Ok(report)
}

/// Resets demo members to the state that they represent once it has expired (for most, when their cycle has ended), in
/// one transaction. All data of such a member is deleted and inserted again as of today; the member's ID and purchase
/// token stay. Only members of the local issuer with the subjects of [`DEMO`] are changed.
///
/// # Errors
///
/// Those of the database.
pub async fn renew(db: &Pool, clock: &dyn Clock) -> Result<RenewReport> {
    let catalogue = catalogue()?;
    let transaction = db.begin().await?;
    lock_seeding(&transaction).await?;
    let members = demo::renew::renew_expired(&transaction, clock, &catalogue).await?;
    transaction.commit().await?;
    Ok(RenewReport { members })
}

/// Excludes concurrent seeding or renewing of the same database until the transaction ends.
async fn lock_seeding(db: &impl ConnectionTrait) -> Result<()> {
    let lock = "SELECT pg_advisory_xact_lock(hashtext('coach seed'))";
    db.execute_raw(database::statement(lock, [])).await?;
    Ok(())
}
