//! Writing the content.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QuerySelect};
use uuid::Uuid;

use super::{SeedReport, content::Content, record};
use crate::{Error, Result, exercise, id::ProgrammeId, programme, recipe, workout};

/// Rows in a statement. Postgres takes 65,535 parameters; no table has a hundred
/// columns.
const BATCH: usize = 500;

/// Inserts rows, some hundred in a statement.
pub(super) async fn insert<M>(db: &impl ConnectionTrait, mut rows: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    while !rows.is_empty() {
        let batch = rows.drain(..rows.len().min(BATCH));
        let insert = M::Entity::insert_many(batch.map(IntoActiveModel::into_active_model));
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}

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
