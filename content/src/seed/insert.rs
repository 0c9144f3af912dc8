//! Inserting the content.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use coach_domain::{
    Error, Result,
    catalogue::columns,
    database::{self, insert},
    id::ProgrammeId,
};
use sea_orm::{ConnectionTrait, TryGetable};
use serde_json::json;
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

    let present = ids_by_slug(db, "exercise").await?;
    let exercises = missing(exercises, &present, |(slug, it)| (slug, it.id.0))?;
    let rows = exercises.iter();
    let rows = rows.map(|(slug, it)| columns::exercise(slug, it));
    insert(db, "exercise", rows).await?;

    let present = ids_by_slug(db, "workout").await?;
    let workouts = missing(workouts, &present, |it| (&it.slug, it.workout.id.0))?;
    let rows = workouts.iter();
    let rows = rows.map(|it| columns::workout(&it.slug, &it.workout));
    insert(db, "workout", rows).await?;
    let rows = workouts.iter();
    let rows = rows.flat_map(|it| columns::workout_exercises(&it.workout));
    insert(db, "workout_exercise", rows).await?;

    let present = ids_by_slug(db, "recipe").await?;
    let recipes = missing(recipes, &present, |(slug, it)| (slug, it.id.0))?;
    let rows = recipes.iter().map(|(slug, it)| columns::recipe(slug, it));
    insert(db, "recipe", rows).await?;
    let rows = recipes.iter();
    let rows = rows.flat_map(|(_, it)| columns::ingredients(it));
    insert(db, "recipe_ingredient", rows).await?;
    let rows = recipes.iter().flat_map(|(_, it)| columns::steps(it));
    insert(db, "recipe_step", rows).await?;

    fill_missing_amounts(db, content).await?;

    let published: HashSet<(ProgrammeId, i32)> = pairs(db, "SELECT id, version FROM programme")
        .await?
        .into_iter()
        .collect();
    let programmes = programmes.iter();
    let programmes: Vec<_> = programmes
        .filter(|it| !published.contains(&(it.id, it.version)))
        .collect();
    let rows = programmes.iter().map(|it| columns::programme(it, now));
    insert(db, "programme", rows).await?;

    Ok(SeedReport {
        exercises: exercises.len(),
        workouts: workouts.len(),
        recipes: recipes.len(),
        programmes: programmes.len(),
        members: 0,
    })
}

/// Sets the amounts of ingredients that an older version seeded without amounts, if their quantity is unchanged.
async fn fill_missing_amounts(db: &impl ConnectionTrait, content: &Content) -> Result<()> {
    let sql = "
        UPDATE recipe_ingredient i
        SET amount_minimum = n.minimum, amount_maximum = n.maximum, amount_unit = n.unit
        FROM jsonb_to_recordset($1) AS n
            (recipe_id uuid, position int, quantity text, minimum float8, maximum float8, unit text)
        WHERE i.recipe_id = n.recipe_id AND i.position = n.position AND i.quantity = n.quantity
            AND i.amount_minimum IS NULL";
    let ingredients = content.recipes.iter().flat_map(|(_, recipe)| {
        let ingredients = recipe.ingredients.iter().zip(1..);
        ingredients.map(move |(it, position): (_, i32)| (recipe.id, it, position))
    });
    let amounts = ingredients.filter_map(|(recipe_id, it, position)| {
        let amount = it.amount?;
        Some(json!({
            "recipe_id": recipe_id,
            "position": position,
            "quantity": it.quantity,
            "minimum": amount.minimum,
            "maximum": amount.maximum,
            "unit": amount.unit,
        }))
    });
    let amounts: serde_json::Value = amounts.collect();
    db.execute_raw(database::statement(sql, [amounts.into()]))
        .await?;
    Ok(())
}

async fn ids_by_slug(db: &impl ConnectionTrait, table: &str) -> Result<HashMap<String, Uuid>> {
    let rows = pairs(db, &format!("SELECT slug, id FROM {table}")).await?;
    Ok(rows.into_iter().collect())
}

/// The rows of a statement with two columns.
async fn pairs<A: TryGetable, B: TryGetable>(
    db: &impl ConnectionTrait,
    sql: &str,
) -> Result<Vec<(A, B)>> {
    let rows = db.query_all_raw(database::statement(sql, [])).await?;
    let pairs = rows.iter();
    pairs
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
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
