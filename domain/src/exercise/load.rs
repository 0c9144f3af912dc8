//! Reading all exercises, for the catalogue.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Exercise;
use crate::{
    Result, database,
    enums::{Equipment, ExerciseCategory, Level, Muscle},
    id::ExerciseId,
    image::ImageColumns,
};

#[derive(FromQueryResult)]
struct Row {
    id: ExerciseId,
    name: String,
    category: ExerciseCategory,
    level: Level,
    equipment: Vec<Equipment>,
    muscles: Vec<Muscle>,
    instructions: Vec<String>,
    #[sea_orm(nested)]
    image: ImageColumns,
    archived: bool,
}

/// All exercises, including archived ones.
pub(crate) async fn load(db: &impl ConnectionTrait) -> Result<HashMap<ExerciseId, Arc<Exercise>>> {
    let sql = "
        SELECT id, name, category, level, equipment, muscles, instructions,
               image_url, image_width, image_height, image_blurhash,
               archived_at IS NOT NULL AS archived
        FROM exercise";
    let rows = Row::find_by_statement(database::statement(sql, []));
    let exercises = rows.all(db).await?.into_iter().map(|row| Exercise {
        id: row.id,
        name: row.name,
        category: row.category,
        level: row.level,
        equipment: row.equipment,
        muscles: row.muscles,
        instructions: row.instructions,
        image: row.image.image(),
        archived: row.archived,
    });
    let by_id = exercises.map(|exercise| (exercise.id, Arc::new(exercise)));
    Ok(by_id.collect())
}
