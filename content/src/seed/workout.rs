//! The workouts of the content.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use coach_domain::{
    Error, Result,
    enums::{Goal, Level, WorkoutFocus},
    exercise::Exercise,
    id::WorkoutId,
    workout::{Workout, WorkoutExercise},
};
use serde::Deserialize;

use super::identity::id;

/// A workout with its goals, which only the generation of programmes uses.
pub(super) struct SeededWorkout {
    pub(super) slug: String,
    /// The goals that it serves.
    pub(super) goals: Vec<Goal>,
    pub(super) workout: Arc<Workout>,
}

/// An entry of `content/workouts.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Entry {
    slug: String,
    title: String,
    description: String,
    duration_minutes: i32,
    level: Level,
    focus: WorkoutFocus,
    goals: Vec<Goal>,
    exercises: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Part {
    exercise: String,
    sets: i32,
    reps: Option<i32>,
    seconds: Option<i32>,
    rest_seconds: i32,
}

/// All workouts, in the order of the file.
pub(super) fn workouts(exercises: &HashMap<&str, &Arc<Exercise>>) -> Result<Vec<SeededWorkout>> {
    let file: Vec<Entry> = serde_json::from_str(include_str!("../../data/workouts.json"))
        .map_err(|error| Error::Invariant(format!("content/workouts.json: {error}")))?;
    file.into_iter()
        .map(|entry| workout(entry, exercises))
        .collect()
}

fn workout(entry: Entry, exercises: &HashMap<&str, &Arc<Exercise>>) -> Result<SeededWorkout> {
    let part = |part: Part| {
        let Some(exercise) = exercises.get(part.exercise.as_str()) else {
            let (workout, exercise) = (&entry.slug, part.exercise);
            let message = format!("the workout {workout} has an unknown exercise {exercise}");
            return Err(Error::Invariant(message));
        };
        Ok(WorkoutExercise {
            exercise: Arc::clone(exercise),
            sets: part.sets,
            reps: part.reps,
            seconds: part.seconds,
            rest_seconds: part.rest_seconds,
        })
    };
    let exercises: Vec<_> = entry
        .exercises
        .into_iter()
        .map(part)
        .collect::<Result<_>>()?;
    let equipment: BTreeSet<_> = (exercises.iter())
        .flat_map(|part| part.exercise.equipment.iter().copied())
        .collect();
    let workout = Workout {
        id: WorkoutId(id("workout", &entry.slug)),
        title: entry.title,
        description: entry.description,
        duration_minutes: entry.duration_minutes,
        level: entry.level,
        focus: entry.focus,
        equipment: equipment.into_iter().collect(),
        image: None,
        video: None,
        exercises,
        archived: false,
    };
    Ok(SeededWorkout {
        slug: entry.slug,
        goals: entry.goals,
        workout: Arc::new(workout),
    })
}
