//! The exercises of the content.

use coach_domain::{
    enums::{Equipment, ExerciseCategory, Level, Muscle},
    exercise::Exercise,
    id::ExerciseId,
};
use serde::Deserialize;

use super::identity::id;

/// An entry of `content/exercises.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    slug: String,
    name: String,
    category: ExerciseCategory,
    level: Level,
    equipment: Vec<Equipment>,
    muscles: Vec<Muscle>,
    instructions: Vec<String>,
}

/// All exercises with their slugs, in the order of the file.
pub(super) fn exercises() -> serde_json::Result<Vec<(String, Exercise)>> {
    let file: Vec<Entry> = serde_json::from_str(include_str!("../../data/exercises.json"))?;
    Ok(file.into_iter().map(exercise).collect())
}

fn exercise(entry: Entry) -> (String, Exercise) {
    let exercise = Exercise {
        id: ExerciseId(id("exercise", &entry.slug)),
        name: entry.name,
        category: entry.category,
        level: entry.level,
        equipment: entry.equipment,
        muscles: entry.muscles,
        instructions: entry.instructions,
        image: None,
        archived: false,
    };
    (entry.slug, exercise)
}
