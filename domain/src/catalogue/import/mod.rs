//! Importing content from files into the catalogue.
//!
//! Reading is one thing ([`read_exercises`], [`read_recipes`]) and writing is
//! another ([`import`]): what is read needs no database. Each item is taken or
//! refused by itself. `docs/IMPORT.md` describes the formats.

mod error;
mod exercise;
mod recipe;
mod source;
mod store;
mod text;

use sea_orm::TransactionTrait;

pub use error::FileError;
pub use exercise::read_exercises;
pub use recipe::read_recipes;
pub use store::{Change, Stored};

use crate::Result;

/// An item of a file or folder.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// Where it is, for people: the file's name, or position and id.
    pub name: String,
    /// What names it in the catalogue: `import/` and a name of its own, so that it
    /// never meets what is seeded.
    pub slug: String,
    /// What was read.
    pub item: Result<T, Refusal>,
}

/// Why an item is refused, so that people can mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub(crate) String);

impl Refusal {
    fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// What an import does with what it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is written.
    Write,
    /// It is only compared, and nothing changes.
    Compare,
}

/// What became of the items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many were not there.
    pub new: usize,
    /// How many were there and are different now.
    pub changed: usize,
    /// How many were there as they are.
    pub unchanged: usize,
    /// Those that were refused, by name.
    pub refused: Vec<(String, Refusal)>,
}

impl Report {
    /// How many were taken.
    pub fn taken(&self) -> usize {
        self.new + self.changed + self.unchanged
    }
}

/// Takes entries into the catalogue, each in a transaction of its own: all of an
/// item or nothing. One that is there as it is causes no write, so the catalogue's
/// version stays. What no file says stays as it is in the database: archived
/// items, pictures, and, as long as the ingredients are the same, allergens and
/// nutrition. `progress` is told the number of entries that are done after each.
///
/// It may be dropped at any time: what it has taken by then stays, and another
/// import does the rest.
///
/// # Errors
///
/// Those of the database. What was taken before stays.
pub async fn import<T: Stored>(
    db: &impl TransactionTrait,
    entries: &[Entry<T>],
    mode: Mode,
    progress: &mut (dyn FnMut(usize, &Report) + Send),
) -> Result<Report> {
    let mut report = Report::default();
    for (done, entry) in entries.iter().enumerate() {
        let change = match &entry.item {
            Ok(item) => store::take(db, &entry.slug, item, mode).await?,
            Err(refusal) => Err(refusal.clone()),
        };
        match change {
            Ok(Change::New) => report.new += 1,
            Ok(Change::Changed) => report.changed += 1,
            Ok(Change::None) => report.unchanged += 1,
            Err(refusal) => report.refused.push((entry.name.clone(), refusal)),
        }
        progress(done + 1, &report);
    }
    Ok(report)
}
