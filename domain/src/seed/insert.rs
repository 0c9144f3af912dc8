//! Writing the content.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{SeedReport, content::Content};
use crate::{
    Error, Result,
    catalogue::record,
    database::{self, insert},
    exercise,
    id::ProgrammeId,
    programme,
    recipe::{self, ingredient_entity::Model as Ingredient},
    workout,
};

/// Inserts what is missing of the content, and counts it. What is there stays as
/// it is, whatever became of it since.
pub(super) async fn missing_content(
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
    let present = present::<exercise::entity::Entity>(db, slug, id).await?;
    let exercises = missing(exercises, &present, |(slug, it)| (slug, it.id.0))?;
    let rows = exercises
        .iter()
        .map(|(slug, it)| record::exercise(slug, it));
    insert(db, rows.collect()).await?;

    let (slug, id) = (workout::entity::Column::Slug, workout::entity::Column::Id);
    let present = self::present::<workout::entity::Entity>(db, slug, id).await?;
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
    let present = self::present::<recipe::entity::Entity>(db, slug, id).await?;
    let recipes = missing(recipes, &present, |(slug, it)| (slug, it.id.0))?;
    let rows = recipes.iter().map(|(slug, it)| record::recipe(slug, it));
    insert(db, rows.collect()).await?;
    let rows = recipes.iter().flat_map(|(_, it)| record::ingredients(it));
    insert(db, rows.collect()).await?;
    let rows = recipes.iter().flat_map(|(_, it)| record::steps(it));
    insert(db, rows.collect()).await?;

    missing_amounts(db, content).await?;

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

/// Fills in the amounts of ingredients that an older version seeded without, where
/// the quantity is still the one that they were read from.
async fn missing_amounts(db: &impl ConnectionTrait, content: &Content) -> Result<()> {
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

async fn present<E: EntityTrait>(
    db: &impl ConnectionTrait,
    slug: E::Column,
    id: E::Column,
) -> Result<HashMap<String, Uuid>> {
    let rows = E::find().select_only().column(slug).column(id);
    let rows: Vec<(String, Uuid)> = rows.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

/// Those whose slugs are not there. One that is there with another id would be
/// missing in the programmes.
fn missing<'a, T>(
    all: &'a [T],
    present: &HashMap<String, Uuid>,
    name: impl Fn(&'a T) -> (&'a String, Uuid),
) -> Result<Vec<&'a T>> {
    let mut missing = Vec::new();
    for it in all {
        let (slug, id) = name(it);
        match present.get(slug) {
            None => missing.push(it),
            Some(there) if *there == id => {}
            Some(there) => {
                let message = format!("`{slug}` is in the database with another id, {there}");
                return Err(Error::BadInput(message));
            }
        }
    }
    Ok(missing)
}
