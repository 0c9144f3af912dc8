//! Import of exercises from JSON: one file with an array of objects.

use std::{collections::HashSet, path::Path};

use coach_domain::{
    enums::{Equipment, ExerciseCategory, Level, Muscle},
    exercise::Exercise,
    id::ExerciseId,
};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::{Entry, FileError, ItemError, source, text};
use crate::seed::identity;

/// The maximum number of instructions of an exercise.
const MAX_INSTRUCTIONS: usize = 100;
/// The maximum length of an instruction, in characters.
const MAX_INSTRUCTION_CHARS: usize = 5000;

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

/// Reads the exercises of a file, a pipe, or, for `-`, of standard input.
///
/// # Errors
///
/// When there is no such file, it is a folder, or it does not contain a JSON array; the message has line and column.
/// The error of a single exercise is in its entry.
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
        _ => Err(ItemError::new("it is not an object `{…}`")),
    };
    let item = match item {
        Ok(_) if !ids.insert(id) => Err(ItemError::new(
            "another exercise before it has the same `id`",
        )),
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

fn exercise(slug: &str, fields: &Map<String, Value>) -> Result<Exercise, ItemError> {
    let id = text_of(fields, "id")?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if id.is_empty() || id.len() > 200 || !id.chars().all(allowed) {
        return Err(ItemError::new(
            "its `id` must be 1 to 200 letters of A to Z, digits, `_` and `-`",
        ));
    }
    let name: String = text_of(fields, "name")?.trim().nfc().collect();
    text::check_name("name", &name)?;
    let equipment = match fields.get("equipment") {
        // Most exercises without a value are stretches that need no equipment.
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
        return Err(ItemError::new(
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

fn instructions(fields: &Map<String, Value>) -> Result<Vec<String>, ItemError> {
    let all = list_of(fields, "instructions")?.into_iter().map(str::trim);
    let all: Vec<_> = all
        .filter(|text| !text.is_empty())
        .map(text::normalize_lines)
        .collect();
    if all.len() > MAX_INSTRUCTIONS {
        return Err(ItemError(format!(
            "it has {} `instructions`; {MAX_INSTRUCTIONS} are the most",
            all.len()
        )));
    }
    for (text, position) in all.iter().zip(1..) {
        text::check("instructions", text)?;
        if text.chars().count() > MAX_INSTRUCTION_CHARS {
            let reason = format!(
                "its instruction {position} has more than {MAX_INSTRUCTION_CHARS} characters"
            );
            return Err(ItemError(reason));
        }
    }
    Ok(all)
}

fn value_of<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<&'a Value, ItemError> {
    let value = fields.get(field);
    value.ok_or_else(|| ItemError(format!("it has no `{field}`")))
}

fn text_of<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<&'a str, ItemError> {
    let value = value_of(fields, field)?;
    value
        .as_str()
        .ok_or_else(|| wrong_type(field, "a text", value))
}

fn list_of<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<Vec<&'a str>, ItemError> {
    let value = value_of(fields, field)?;
    let wrong = |found| wrong_type(field, "a list of texts", found);
    let items = value.as_array().ok_or_else(|| wrong(value))?.iter();
    items
        .map(|item| item.as_str().ok_or_else(|| wrong(item)))
        .collect()
}

fn one_of<T: Copy>(
    fields: &Map<String, Value>,
    field: &str,
    values: &[(&str, T)],
) -> Result<T, ItemError> {
    known(field, text_of(fields, field)?, values)
}

fn known<T: Copy>(field: &str, text: &str, values: &[(&str, T)]) -> Result<T, ItemError> {
    let found = values.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let allowed: Vec<_> = values.iter().map(|(name, _)| format!("`{name}`")).collect();
        let text: String = text.chars().take(40).collect();
        let text = text.escape_debug();
        ItemError(format!(
            "its `{field}` has `{text}`; allowed are {}",
            allowed.join(", ")
        ))
    })
}

fn wrong_type(field: &str, expected: &str, found: &Value) -> ItemError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ItemError(format!(
        "its `{field}` must be {expected}, and holds {found}"
    ))
}

#[cfg(test)]
mod tests;
