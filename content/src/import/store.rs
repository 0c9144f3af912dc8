//! Comparing an item with the stored one, and writing it when it differs.

use coach_domain::{
    Result,
    catalogue::record,
    database,
    exercise::{self, Exercise},
    kill_point,
    recipe::{self, Recipe, ingredient_entity, step_entity},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, TransactionSession, TransactionTrait,
};

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
        use exercise::entity::Entity;

        let mut row = record::exercise(slug, self);
        let stored = Entity::find_by_id(self.id).lock_exclusive().one(db).await?;
        let Some(stored) = stored else {
            if mode == Mode::Write {
                database::insert(db, vec![row]).await?;
            }
            return Ok(Change::New);
        };
        row.archived_at = stored.archived_at;
        row.image_url.clone_from(&stored.image_url);
        row.image_width = stored.image_width;
        row.image_height = stored.image_height;
        row.image_blurhash.clone_from(&stored.image_blurhash);
        if row == stored {
            return Ok(Change::Unchanged);
        }
        if mode == Mode::Write {
            row.into_active_model().reset_all().update(db).await?;
        }
        Ok(Change::Changed)
    }

    fn identity(&self) -> (&'static str, uuid::Uuid) {
        ("exercise", self.id.0)
    }
}

impl Importable for Recipe {
    async fn store(&self, db: &impl ConnectionTrait, slug: &str, mode: Mode) -> Result<Change> {
        use recipe::entity::Entity;

        let mut row = record::recipe(slug, self);
        let ingredients: Vec<_> = record::ingredients(self).collect();
        let steps: Vec<_> = record::steps(self).collect();
        let stored = Entity::find_by_id(self.id).lock_exclusive().one(db).await?;
        let Some(stored) = stored else {
            if mode == Mode::Write {
                database::insert(db, vec![row]).await?;
                database::insert(db, ingredients).await?;
                database::insert(db, steps).await?;
            }
            return Ok(Change::New);
        };
        let ingredients_of_recipe = ingredient_entity::Column::RecipeId.eq(self.id);
        let stored_ingredients =
            ingredient_entity::Entity::find().filter(ingredients_of_recipe.clone());
        let stored_ingredients =
            stored_ingredients.order_by_asc(ingredient_entity::Column::Position);
        let same_ingredients = stored_ingredients.all(db).await? == ingredients;
        let steps_of_recipe = step_entity::Column::RecipeId.eq(self.id);
        let stored_steps = step_entity::Entity::find().filter(steps_of_recipe.clone());
        let stored_steps = stored_steps.order_by_asc(step_entity::Column::Position);
        let same_steps = stored_steps.all(db).await? == steps;
        preserve_other_columns(&mut row, &stored, same_ingredients);
        let same_row = row == stored;
        if same_row && same_ingredients && same_steps {
            return Ok(Change::Unchanged);
        }
        if mode == Mode::Compare {
            return Ok(Change::Changed);
        }
        if !same_row {
            row.into_active_model().reset_all().update(db).await?;
        }
        if !same_ingredients {
            ingredient_entity::Entity::delete_many()
                .filter(ingredients_of_recipe)
                .exec(db)
                .await?;
            database::insert(db, ingredients).await?;
        }
        if !same_steps {
            step_entity::Entity::delete_many()
                .filter(steps_of_recipe)
                .exec(db)
                .await?;
            database::insert(db, steps).await?;
        }
        Ok(Change::Changed)
    }

    fn identity(&self) -> (&'static str, uuid::Uuid) {
        ("recipe", self.id.0)
    }
}

/// Copies the stored values of the columns that files do not contain. Allergens and nutrition are valid only for the
/// ingredients for which they were determined.
fn preserve_other_columns(
    row: &mut recipe::entity::Model,
    stored: &recipe::entity::Model,
    same_ingredients: bool,
) {
    row.archived_at = stored.archived_at;
    row.image_url.clone_from(&stored.image_url);
    row.image_width = stored.image_width;
    row.image_height = stored.image_height;
    row.image_blurhash.clone_from(&stored.image_blurhash);
    if same_ingredients {
        row.allergens.clone_from(&stored.allergens);
        row.energy_kcal = stored.energy_kcal;
        row.protein_grams = stored.protein_grams;
        row.carbohydrate_grams = stored.carbohydrate_grams;
        row.fat_grams = stored.fat_grams;
        row.fibre_grams = stored.fibre_grams;
    }
}
