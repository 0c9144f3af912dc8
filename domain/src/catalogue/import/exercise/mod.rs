//! Exercises as JSON: one file with a list of objects.

use std::{collections::HashSet, path::Path};

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::{Entry, FileError, Refusal, source, text};
use crate::{
    exercise::{Equipment, Exercise, ExerciseCategory, Muscle},
    id::ExerciseId,
    preferences::Level,
    seed::identity,
};

/// The most instructions of an exercise.
const MOST: usize = 100;
/// The longest instruction, in characters.
const LONGEST: usize = 5000;

const LEVELS: &[(&str, Level)] = &[
    ("beginner", Level::Beginner),
    ("intermediate", Level::Intermediate),
    ("expert", Level::Advanced),
];

const CATEGORIES: &[(&str, ExerciseCategory)] = &[
    ("strength", ExerciseCategory::Strength),
    ("cardio", ExerciseCategory::Cardio),
    ("stretching", ExerciseCategory::Stretching),
    ("plyometrics", ExerciseCategory::Plyometrics),
    ("powerlifting", ExerciseCategory::Powerlifting),
    (
        "olympic weightlifting",
        ExerciseCategory::OlympicWeightlifting,
    ),
    ("strongman", ExerciseCategory::Strongman),
];

const EQUIPMENT: &[(&str, Option<Equipment>)] = &[
    ("body only", None),
    ("barbell", Some(Equipment::Barbell)),
    ("dumbbell", Some(Equipment::Dumbbell)),
    ("kettlebells", Some(Equipment::Kettlebell)),
    ("bands", Some(Equipment::Band)),
    ("medicine ball", Some(Equipment::MedicineBall)),
    ("foam roll", Some(Equipment::FoamRoller)),
    ("exercise ball", Some(Equipment::ExerciseBall)),
    ("e-z curl bar", Some(Equipment::EzCurlBar)),
    ("cable", Some(Equipment::Cable)),
    ("machine", Some(Equipment::Machine)),
    ("other", Some(Equipment::Other)),
];

const MUSCLES: &[(&str, Muscle)] = &[
    ("quadriceps", Muscle::Quadriceps),
    ("hamstrings", Muscle::Hamstrings),
    ("glutes", Muscle::Glutes),
    ("calves", Muscle::Calves),
    ("chest", Muscle::Chest),
    ("middle back", Muscle::Back),
    ("lats", Muscle::Lats),
    ("shoulders", Muscle::Shoulders),
    ("biceps", Muscle::Biceps),
    ("triceps", Muscle::Triceps),
    ("forearms", Muscle::Forearms),
    ("abdominals", Muscle::Abdominals),
    ("lower back", Muscle::LowerBack),
    ("adductors", Muscle::Adductors),
    ("abductors", Muscle::Abductors),
    ("traps", Muscle::Traps),
    ("neck", Muscle::Neck),
];

/// Reads the exercises of a file, a pipe, or, for `-`, of standard input, each for
/// itself.
///
/// # Errors
///
/// When there is no such file, it is a folder, or it does not hold a list in JSON; the
/// message names line and column. What is wrong with an exercise is in its entry.
pub fn read_exercises(file: &Path) -> Result<Vec<Entry<Exercise>>, FileError> {
    let bytes = source::read(file)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let items = serde_json::from_slice(bytes)
        .map_err(|error| FileError::new(file, format!("it is not JSON: {error}")))?;
    let Value::Array(items) = items else {
        return Err(FileError::new(
            file,
            "it holds no list; exercises are a list `[…]` of objects",
        ));
    };
    let mut ids = HashSet::new();
    Ok(items
        .iter()
        .zip(1..)
        .map(|(item, position)| entry(item, position, &mut ids))
        .collect())
}

fn entry<'a>(item: &'a Value, position: usize, ids: &mut HashSet<&'a str>) -> Entry<Exercise> {
    let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
    let slug = format!("import/{id}");
    let item = match item {
        Value::Object(fields) => exercise(&slug, fields),
        _ => Err(Refusal::new("it is not an object `{…}`")),
    };
    let item = match item {
        Ok(_) if !ids.insert(id) => {
            Err(Refusal::new("another exercise before it has the same `id`"))
        }
        item => item,
    };
    let name = match id {
        "" => format!("exercise {position}"),
        id => format!(
            "exercise {position} ({})",
            id.chars().take(60).collect::<String>().escape_debug()
        ),
    };
    Entry { name, slug, item }
}

fn exercise(slug: &str, fields: &Map<String, Value>) -> Result<Exercise, Refusal> {
    let id = text_of(fields, "id")?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if id.is_empty() || id.len() > 200 || !id.chars().all(allowed) {
        return Err(Refusal::new(
            "its `id` must be 1 to 200 letters of A to Z, digits, `_` and `-`",
        ));
    }
    let name: String = text_of(fields, "name")?.trim().nfc().collect();
    text::check_name("name", &name)?;
    let equipment = match fields.get("equipment") {
        // Most of those that leave it open are stretches that need nothing.
        Some(Value::Null) => None,
        _ => one_of(fields, "equipment", EQUIPMENT)?,
    };
    let mut muscles = Vec::new();
    for field in ["primaryMuscles", "secondaryMuscles"] {
        for muscle in list_of(fields, field)? {
            let muscle = known(field, muscle, MUSCLES)?;
            if !muscles.contains(&muscle) {
                muscles.push(muscle);
            }
        }
    }
    if muscles.is_empty() {
        return Err(Refusal::new(
            "its `primaryMuscles` is empty; name one muscle at least",
        ));
    }
    Ok(Exercise {
        id: ExerciseId(identity::id("exercise", slug)),
        name,
        category: one_of(fields, "category", CATEGORIES)?,
        level: one_of(fields, "level", LEVELS)?,
        equipment: equipment.into_iter().collect(),
        muscles,
        instructions: instructions(fields)?,
        image: None,
        archived: false,
    })
}

fn instructions(fields: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let all = list_of(fields, "instructions")?.into_iter().map(str::trim);
    let all: Vec<_> = all
        .filter(|text| !text.is_empty())
        .map(text::lines)
        .collect();
    if all.len() > MOST {
        return Err(Refusal(format!(
            "it has {} `instructions`; {MOST} are the most",
            all.len()
        )));
    }
    for (text, position) in all.iter().zip(1..) {
        text::check("instructions", text)?;
        if text.chars().count() > LONGEST {
            let reason = format!("its instruction {position} has more than {LONGEST} characters");
            return Err(Refusal(reason));
        }
    }
    Ok(all)
}

fn text_of<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<&'a str, Refusal> {
    match fields.get(field) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(wrong(field, "a text", other)),
        None => Err(Refusal(format!("it has no `{field}`"))),
    }
}

fn list_of<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<Vec<&'a str>, Refusal> {
    let items = match fields.get(field) {
        Some(Value::Array(items)) => items,
        Some(other) => return Err(wrong(field, "a list of texts", other)),
        None => return Err(Refusal(format!("it has no `{field}`"))),
    };
    let texts = items.iter().map(|item| {
        item.as_str()
            .ok_or_else(|| wrong(field, "a list of texts", item))
    });
    texts.collect()
}

fn one_of<T: Copy>(
    fields: &Map<String, Value>,
    field: &str,
    values: &[(&str, T)],
) -> Result<T, Refusal> {
    known(field, text_of(fields, field)?, values)
}

fn known<T: Copy>(field: &str, text: &str, values: &[(&str, T)]) -> Result<T, Refusal> {
    let found = values.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let allowed: Vec<_> = values.iter().map(|(name, _)| format!("`{name}`")).collect();
        let text: String = text.chars().take(40).collect();
        let text = text.escape_debug();
        Refusal(format!(
            "its `{field}` has `{text}`; allowed are {}",
            allowed.join(", ")
        ))
    })
}

fn wrong(field: &str, expected: &str, found: &Value) -> Refusal {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Refusal(format!(
        "its `{field}` must be {expected}, and holds {found}"
    ))
}

#[cfg(test)]
mod tests;
