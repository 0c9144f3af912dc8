//! Reading all exercises, for the catalogue.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait, FromQueryResult as _};

use super::Exercise;
use crate::{Result, database, id::ExerciseId};

/// The columns of [`Exercise`].
const EXERCISES: &str = "
    SELECT id, name, category, level, equipment, muscles, instructions,
           image_url, image_width, image_height, image_blurhash,
           archived_at IS NOT NULL AS archived
    FROM exercise";

/// All exercises, including archived ones.
pub(crate) async fn load(db: &impl ConnectionTrait) -> Result<HashMap<ExerciseId, Arc<Exercise>>> {
    let exercises = Exercise::find_by_statement(database::statement(EXERCISES, []));
    let exercises = exercises.all(db).await?.into_iter();
    Ok(exercises.map(|it| (it.id, Arc::new(it))).collect())
}

/// The exercise with this id.
pub async fn find(db: &impl ConnectionTrait, id: ExerciseId) -> Result<Option<Exercise>> {
    let statement = database::statement(format!("{EXERCISES} WHERE id = $1"), [id.into()]);
    Ok(Exercise::find_by_statement(statement).one(db).await?)
}
