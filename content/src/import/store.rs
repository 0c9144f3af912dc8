//! Comparing an item with the stored one, and writing it when it differs.

use coach_domain::{
    Result,
    catalogue::columns,
    database::{self, Columns},
    exercise::{self, Exercise},
    id::RecipeId,
    kill_point,
    recipe::{self, Recipe},
};
use sea_orm::{ConnectionTrait, TransactionSession, TransactionTrait};

use super::{ItemError, Mode};

/// What the import of an item changes in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The item did not exist.
    New,
    /// The item existed and differed.
    Changed,
    /// The item existed without a difference.
    Unchanged,
}

/// An item that can be imported.
pub trait Importable: Sync {
    /// Compares the item with the stored one, and in [`Mode::Write`] stores it. `db` is a transaction that excludes
    /// other imports.
    fn store(
        &self,
        db: &impl ConnectionTrait,
        slug: &str,
        mode: Mode,
    ) -> impl Future<Output = Result<Change>> + Send;

    /// The table and the ID of the item.
    fn identity(&self) -> (&'static str, uuid::Uuid);
}

/// Imports one item in a transaction.
pub(super) async fn import_item<T: Importable>(
    db: &impl TransactionTrait,
    slug: &str,
    item: &T,
    mode: Mode,
) -> Result<Result<Change, ItemError>> {
    let transaction = db.begin().await?;
    // Concurrent imports take turns, item by item.
    let lock = "SELECT pg_advisory_xact_lock(hashtext('coach import'))";
    transaction
        .execute_raw(database::statement(lock, []))
        .await?;
    if let Some(error) = slug_conflict(&transaction, slug, item).await? {
        transaction.rollback().await?;
        return Ok(Err(error));
    }
    let change = item.store(&transaction, slug, mode).await?;
    match (mode, change) {
        (Mode::Write, Change::New | Change::Changed) => {
            transaction.commit().await?;
            kill_point::reached("after-import");
        }
        _ => transaction.rollback().await?,
    }
    Ok(Ok(change))
}

/// The error when another item has the same slug.
async fn slug_conflict<T: Importable>(
    db: &impl ConnectionTrait,
    slug: &str,
    item: &T,
) -> Result<Option<ItemError>> {
    let (table, id) = item.identity();
    let sql = format!("SELECT id FROM {table} WHERE slug = $1 AND id <> $2");
    let row = db
        .query_one_raw(database::statement(sql, [slug.into(), id.into()]))
        .await?;
    Ok(row.map(|_| {
        ItemError(format!(
            "`{slug}` is in the database with another id; rename this one"
        ))
    }))
}

impl Importable for Exercise {
    async fn store(&self, db: &impl ConnectionTrait, slug: &str, mode: Mode) -> Result<Change> {
        let columns = columns::exercise(slug, self);
        let Some(stored) = exercise::find(db, self.id).await? else {
            if mode == Mode::Write {
                database::insert(db, "exercise", [columns]).await?;
            }
            return Ok(Change::New);
        };
        let is_same = stored
            == Self {
                image: stored.image.clone(),
                archived: stored.archived,
                ..self.clone()
            };
        if is_same {
            return Ok(Change::Unchanged);
        }
        if mode == Mode::Write {
            database::update(db, "exercise", [("id", self.id.into())], columns).await?;
        }
        Ok(Change::Changed)
    }

    fn identity(&self) -> (&'static str, uuid::Uuid) {
        ("exercise", self.id.0)
    }
}

impl Importable for Recipe {
    async fn store(&self, db: &impl ConnectionTrait, slug: &str, mode: Mode) -> Result<Change> {
        let Some(stored) = recipe::find(db, self.id).await? else {
            if mode == Mode::Write {
                database::insert(db, "recipe", [columns::recipe(slug, self)]).await?;
                database::insert(db, "recipe_ingredient", columns::ingredients(self)).await?;
                database::insert(db, "recipe_step", columns::steps(self)).await?;
            }
            return Ok(Change::New);
        };
        let wanted = with_stored(self, &stored);
        if stored == wanted {
            return Ok(Change::Unchanged);
        }
        if mode == Mode::Compare {
            return Ok(Change::Changed);
        }
        let columns = columns::recipe(slug, &wanted);
        database::update(db, "recipe", [("id", self.id.into())], columns).await?;
        if stored.ingredients != self.ingredients {
            replace(db, "recipe_ingredient", self.id, columns::ingredients(self)).await?;
        }
        if stored.steps != self.steps {
            replace(db, "recipe_step", self.id, columns::steps(self)).await?;
        }
        Ok(Change::Changed)
    }

    fn identity(&self) -> (&'static str, uuid::Uuid) {
        ("recipe", self.id.0)
    }
}

/// The recipe of a file, with the stored values of what files do not contain. Allergens and nutrition are valid only for
/// the ingredients for which they were determined.
fn with_stored(recipe: &Recipe, stored: &Recipe) -> Recipe {
    let determined = if stored.ingredients == recipe.ingredients {
        stored
    } else {
        recipe
    };
    Recipe {
        image: stored.image.clone(),
        archived: stored.archived,
        allergens: determined.allergens.clone(),
        nutrition: determined.nutrition,
        ..recipe.clone()
    }
}

/// Replaces the rows of a recipe in a table.
async fn replace(
    db: &impl ConnectionTrait,
    table: &'static str,
    recipe: RecipeId,
    rows: impl Iterator<Item = Columns>,
) -> Result<()> {
    let sql = format!("DELETE FROM {table} WHERE recipe_id = $1");
    db.execute_raw(database::statement(sql, [recipe.into()]))
        .await?;
    database::insert(db, table, rows).await
}
