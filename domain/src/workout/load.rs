//! Reading all workouts, for the catalogue.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait, FromQueryResult, TryGetableFromJson};
use serde::Deserialize;

use super::{Workout, WorkoutExercise};
use crate::{
    Error, Result, database,
    exercise::Exercise,
    id::{ExerciseId, WorkoutId},
    url::Url,
};

#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    workout: Workout,
    video_url: Option<String>,
    exercises: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    exercise: ExerciseId,
    sets: i32,
    reps: Option<i32>,
    seconds: Option<i32>,
    rest_seconds: i32,
}

impl TryGetableFromJson for Part {}

/// All workouts with their exercises, including archived ones.
pub(crate) async fn load(
    db: &impl ConnectionTrait,
    exercises: &HashMap<ExerciseId, Arc<Exercise>>,
) -> Result<HashMap<WorkoutId, Arc<Workout>>> {
    let sql = "
        SELECT w.id, w.title, w.description, w.duration_minutes, w.level, w.focus, w.equipment,
               w.image_url, w.image_width, w.image_height, w.image_blurhash, w.video_url,
               w.archived_at IS NOT NULL AS archived,
               COALESCE(e.exercises, '[]') AS exercises
        FROM workout w
        LEFT JOIN (
            SELECT workout_id, json_agg(json_build_object(
                'exercise', exercise_id, 'sets', sets, 'reps', reps, 'seconds', seconds,
                'rest_seconds', rest_seconds
            ) ORDER BY position) AS exercises
            FROM workout_exercise
            GROUP BY workout_id
        ) e ON e.workout_id = w.id";
    let rows = Row::find_by_statement(database::statement(sql, []));
    let workouts = rows.all(db).await?.into_iter().map(|row| {
        let workout = row.workout(exercises)?;
        Ok((workout.id, Arc::new(workout)))
    });
    workouts.collect()
}

impl Row {
    fn workout(self, known: &HashMap<ExerciseId, Arc<Exercise>>) -> Result<Workout> {
        let exercises = self.exercises.into_iter().map(|part| {
            let exercise = known.get(&part.exercise);
            let unknown = || Error::Invariant("a workout has an unknown exercise".to_owned());
            Ok(WorkoutExercise {
                exercise: Arc::clone(exercise.ok_or_else(unknown)?),
                sets: part.sets,
                reps: part.reps,
                seconds: part.seconds,
                rest_seconds: part.rest_seconds,
            })
        });
        Ok(Workout {
            video: self.video_url.as_deref().and_then(Url::parse),
            exercises: exercises.collect::<Result<_>>()?,
            ..self.workout
        })
    }
}
