//! Inserting the content.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use coach_domain::{
    Error, Result,
    catalogue::record,
    database::{self, insert},
    exercise,
    id::ProgrammeId,
    programme,
    recipe::{self, ingredient_entity::Model as Ingredient},
    workout,
};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{SeedReport, content::Content};

/// Inserts missing content, and returns the numbers. Existing content is not changed, even if it differs by now.
pub(super) async fn insert_missing_content(
    db: &impl ConnectionTrait,
    content: &Content,
    now: DateTime<Utc>,
) -> Result<SeedReport> {
    let Content {
        exercises,
        workouts,
        recipes,
        programmes,
    } = content;

    let (slug, id) = (exercise::entity::Column::Slug, exercise::entity::Column::Id);
    let present = ids_by_slug::<exercise::entity::Entity>(db, slug, id).await?;
    let exercises = missing(exercises, &present, |(slug, it)| (slug, it.id.0))?;
    let rows = exercises
        .iter()
        .map(|(slug, it)| record::exercise(slug, it));
    insert(db, rows.collect()).await?;

    let (slug, id) = (workout::entity::Column::Slug, workout::entity::Column::Id);
    let present = ids_by_slug::<workout::entity::Entity>(db, slug, id).await?;
    let workouts = missing(workouts, &present, |it| (&it.slug, it.workout.id.0))?;
    let rows = workouts
        .iter()
        .map(|it| record::workout(&it.slug, &it.workout));
    insert(db, rows.collect()).await?;
    let rows = workouts
        .iter()
        .flat_map(|it| record::workout_exercises(&it.workout));
    insert(db, rows.collect()).await?;

    let (slug, id) = (recipe::entity::Column::Slug, recipe::entity::Column::Id);
    let present = ids_by_slug::<recipe::entity::Entity>(db, slug, id).await?;
    let recipes = missing(recipes, &present, |(slug, it)| (slug, it.id.0))?;
    let rows = recipes.iter().map(|(slug, it)| record::recipe(slug, it));
    insert(db, rows.collect()).await?;
    let rows = recipes.iter().flat_map(|(_, it)| record::ingredients(it));
    insert(db, rows.collect()).await?;
    let rows = recipes.iter().flat_map(|(_, it)| record::steps(it));
    insert(db, rows.collect()).await?;

    fill_missing_amounts(db, content).await?;

    let published: HashSet<(ProgrammeId, i32)> = programme::entity::Entity::find()
        .select_only()
        .column(programme::entity::Column::Id)
        .column(programme::entity::Column::Version)
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let programmes = programmes.iter();
    let rows = programmes.filter(|it| !published.contains(&(it.id, it.version)));
    let rows: Vec<_> = rows.map(|it| record::programme(it, now)).collect();
    let programmes = rows.len();
    insert(db, rows).await?;

    Ok(SeedReport {
        exercises: exercises.len(),
        workouts: workouts.len(),
        recipes: recipes.len(),
        programmes,
        members: 0,
    })
}

/// Sets the amounts of ingredients that an older version seeded without amounts, if their quantity is unchanged.
async fn fill_missing_amounts(db: &impl ConnectionTrait, content: &Content) -> Result<()> {
    let recipes = content.recipes.iter().map(|(_, recipe)| recipe);
    let rows: Vec<_> = recipes.flat_map(|it| record::ingredients(it)).collect();
    let rows = rows.iter().filter(|row| row.amount_minimum.is_some());
    let sql = "
        UPDATE recipe_ingredient i
        SET amount_minimum = n.minimum, amount_maximum = n.maximum, amount_unit = NULLIF(n.unit, '')
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::float8[], $5::float8[], $6::text[])
            AS n (recipe_id, position, quantity, minimum, maximum, unit)
        WHERE i.recipe_id = n.recipe_id AND i.position = n.position AND i.quantity = n.quantity
            AND i.amount_minimum IS NULL";
    let unit = |row: &Ingredient| {
        row.amount_unit
            .map_or_else(String::new, |unit| unit.to_value())
    };
    let values = [
        rows.clone()
            .map(|row| row.recipe_id.0)
            .collect::<Vec<_>>()
            .into(),
        rows.clone()
            .map(|row| row.position)
            .collect::<Vec<_>>()
            .into(),
        rows.clone()
            .map(|row| row.quantity.clone())
            .collect::<Vec<_>>()
            .into(),
        rows.clone()
            .filter_map(|row| row.amount_minimum)
            .collect::<Vec<_>>()
            .into(),
        rows.clone()
            .filter_map(|row| row.amount_maximum)
            .collect::<Vec<_>>()
            .into(),
        rows.map(unit).collect::<Vec<_>>().into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

async fn ids_by_slug<E: EntityTrait>(
    db: &impl ConnectionTrait,
    slug: E::Column,
    id: E::Column,
) -> Result<HashMap<String, Uuid>> {
    let rows = E::find().select_only().column(slug).column(id);
    let rows: Vec<(String, Uuid)> = rows.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

/// The items whose slugs are not present. A slug with another ID is an error, because programmes would not find the
/// item.
fn missing<'a, T>(
    all: &'a [T],
    present: &HashMap<String, Uuid>,
    key: impl Fn(&'a T) -> (&'a String, Uuid),
) -> Result<Vec<&'a T>> {
    let mut missing = Vec::new();
    for it in all {
        let (slug, id) = key(it);
        match present.get(slug) {
            None => missing.push(it),
            Some(present_id) if *present_id == id => {}
            Some(present_id) => {
                let message = format!("`{slug}` is in the database with another id, {present_id}");
                return Err(Error::BadInput(message));
            }
        }
    }
    Ok(missing)
}
