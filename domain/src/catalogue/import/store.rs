//! Comparing an item with what is stored, and writing it where it differs.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, TransactionSession, TransactionTrait,
};

use super::{Mode, Refusal};
use crate::{
    Result,
    catalogue::record,
    database,
    exercise::{self, Exercise},
    kill_point,
    recipe::{self, Recipe, ingredient_entity, step_entity},
};

/// What taking an item does to the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    New,
    /// It was there and different.
    Changed,
    /// It was there as it is.
    None,
}

/// What can be imported.
pub trait Stored: Sync {
    /// Compares with what is stored, and in [`Mode::Write`] makes the two the
    /// same, on a transaction that others wait for.
    fn store(
        &self,
        db: &impl ConnectionTrait,
        slug: &str,
        mode: Mode,
    ) -> impl Future<Output = Result<Change>> + Send;

    /// The table, and the id of the item.
    fn identity(&self) -> (&'static str, uuid::Uuid);
}

/// Takes one item, all or nothing.
pub(super) async fn take<T: Stored>(
    db: &impl TransactionTrait,
    slug: &str,
    item: &T,
    mode: Mode,
) -> Result<Result<Change, Refusal>> {
    let transaction = db.begin().await?;
    // Two imports at a time take turns, item by item.
    let turn = "SELECT pg_advisory_xact_lock(hashtext('coach import'))";
    transaction
        .execute_raw(database::statement(turn, []))
        .await?;
    if let Some(refusal) = stranger(&transaction, slug, item).await? {
        transaction.rollback().await?;
        return Ok(Err(refusal));
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

/// A row with the same slug that is not the same item.
async fn stranger<T: Stored>(
    db: &impl ConnectionTrait,
    slug: &str,
    item: &T,
) -> Result<Option<Refusal>> {
    let (table, id) = item.identity();
    let sql = format!("SELECT id FROM {table} WHERE slug = $1 AND id <> $2");
    let row = db
        .query_one_raw(database::statement(sql, [slug.into(), id.into()]))
        .await?;
    Ok(row.map(|_| {
        Refusal(format!(
            "`{slug}` is in the database with another id; rename this one"
        ))
    }))
}

impl Stored for Exercise {
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
            return Ok(Change::None);
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

impl Stored for Recipe {
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
        let of_it = ingredient_entity::Column::RecipeId.eq(self.id);
        let listed = ingredient_entity::Entity::find().filter(of_it.clone());
        let listed = listed.order_by_asc(ingredient_entity::Column::Position);
        let same_ingredients = listed.all(db).await? == ingredients;
        let step_of_it = step_entity::Column::RecipeId.eq(self.id);
        let told = step_entity::Entity::find().filter(step_of_it.clone());
        let told = told.order_by_asc(step_entity::Column::Position);
        let same_steps = told.all(db).await? == steps;
        keep(&mut row, &stored, same_ingredients);
        let same = row == stored;
        if same && same_ingredients && same_steps {
            return Ok(Change::None);
        }
        if mode == Mode::Compare {
            return Ok(Change::Changed);
        }
        if !same {
            row.into_active_model().reset_all().update(db).await?;
        }
        if !same_ingredients {
            ingredient_entity::Entity::delete_many()
                .filter(of_it)
                .exec(db)
                .await?;
            database::insert(db, ingredients).await?;
        }
        if !same_steps {
            step_entity::Entity::delete_many()
                .filter(step_of_it)
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

/// Keeps what no file says. What somebody found out about the ingredients counts
/// only for those.
fn keep(row: &mut recipe::entity::Model, stored: &recipe::entity::Model, same_ingredients: bool) {
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
