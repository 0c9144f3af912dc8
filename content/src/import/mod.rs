//! Import of content from files into the catalogue.
//!
//! Reading ([`read_exercises`], [`read_recipes`]) is separate from writing ([`import`]) and needs no database. Each
//! item is imported or rejected individually. `docs/IMPORT.md` describes the formats.

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
pub use store::{Change, Importable};

use coach_domain::Result;

/// An item of a file or folder.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// A name for messages: that of the file, or position and ID.
    pub name: String,
    /// The slug in the catalogue: `import/` and a unique name, so that it never conflicts with seeded content.
    pub slug: String,
    /// The item, or why it is rejected.
    pub item: Result<T, ItemError>,
}

/// Why an item is rejected: a message for the author of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ItemError(pub(crate) String);

impl ItemError {
    fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// The mode of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Writes the items.
    Write,
    /// Compares the items with the catalogue, without any change.
    Compare,
}

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The number of items that did not exist.
    pub new: usize,
    /// The number of items that existed and differed.
    pub changed: usize,
    /// The number of items that existed without a difference.
    pub unchanged: usize,
    /// The rejected items, with their names.
    pub refused: Vec<(String, ItemError)>,
}

impl Report {
    /// The number of items that were not rejected.
    pub fn accepted(&self) -> usize {
        self.new + self.changed + self.unchanged
    }
}

/// Imports entries into the catalogue, each in its own transaction. An item without differences is not written, so the
/// version of the catalogue stays. Values that files do not contain keep their state in the database: the archived
/// flag, images, and, as long as the ingredients are the same, allergens and nutrition. `progress` is called after each
/// entry with the number of entries that are done.
///
/// The future may be dropped at any time: items imported by then stay, and another import does the rest.
///
/// # Errors
///
/// Those of the database. Items imported before stay.
pub async fn import<T: Importable>(
    db: &impl TransactionTrait,
    entries: &[Entry<T>],
    mode: Mode,
    progress: &mut (dyn FnMut(usize, &Report) + Send),
) -> Result<Report> {
    let mut report = Report::default();
    for (done, entry) in entries.iter().enumerate() {
        let change = match &entry.item {
            Ok(item) => store::import_item(db, &entry.slug, item, mode).await?,
            Err(error) => Err(error.clone()),
        };
        match change {
            Ok(Change::New) => report.new += 1,
            Ok(Change::Changed) => report.changed += 1,
            Ok(Change::Unchanged) => report.unchanged += 1,
            Err(error) => report.refused.push((entry.name.clone(), error)),
        }
        progress(done + 1, &report);
    }
    Ok(report)
}
