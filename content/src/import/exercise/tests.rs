use std::{
    fs,
    path::{Path, PathBuf},
};

use coach_domain::enums::{Equipment, ExerciseCategory, Level, Muscle};

use super::read_exercises;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/catalogue")
        .join(name)
}

#[test]
fn exercises_are_read_with_the_values_of_the_catalogue() {
    let entries = read_exercises(&sample("exercises.json")).expect("a file");
    assert_eq!(entries[1].slug, "import/Cable_Row-Seated");
    assert_eq!(entries[1].name, "exercise 2 (Cable_Row-Seated)");
    let all: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.item.expect("a good one"))
        .collect();
    assert_eq!(all.len(), 5);

    let plank = &all[0];
    assert_eq!(
        (plank.category, plank.level),
        (ExerciseCategory::Strength, Level::Beginner)
    );
    assert!(plank.equipment.is_empty(), "the body is enough");
    // The main ones first, without duplicates and empty instructions.
    assert_eq!(plank.muscles, [Muscle::Abdominals, Muscle::Shoulders]);
    assert_eq!(plank.instructions, ["Hold a plank.", "Walk on your hands."]);
    assert!(plank.image.is_none());

    assert_eq!(
        all[1].muscles,
        [Muscle::Back, Muscle::Lats, Muscle::LowerBack]
    );
    assert_eq!(all[1].equipment, [Equipment::Cable]);
    assert_eq!(
        (all[2].level, all[2].instructions.len()),
        (Level::Advanced, 0)
    );
    assert_eq!(all[2].equipment, [Equipment::EzCurlBar]);
    assert!(all[3].equipment.is_empty(), "it says none");
    assert_eq!(all[4].equipment, [Equipment::Band]);
    assert_eq!(all[4].category, ExerciseCategory::OlympicWeightlifting);
}

#[test]
fn an_invalid_exercise_does_not_affect_others() {
    let entries = read_exercises(&sample("broken-exercises.json")).expect("a file");
    let results: Vec<_> = entries
        .iter()
        .map(|entry| {
            let reason = entry
                .item
                .as_ref()
                .map_or_else(ToString::to_string, |it| it.name.clone());
            format!("{}: {reason}", entry.name)
        })
        .collect();
    assert_eq!(
        results,
        [
            "exercise 1 (Good_One): Good One",
            "exercise 2 (Wrong_Level): its `level` has `pro`; allowed are `beginner`, `intermediate`, `expert`",
            "exercise 3 (Wrong_Muscle): its `secondaryMuscles` has `wings`; allowed are `quadriceps`, `hamstrings`, \
             `glutes`, `calves`, `chest`, `middle back`, `lats`, `shoulders`, `biceps`, `triceps`, `forearms`, \
             `abdominals`, `lower back`, `adductors`, `abductors`, `traps`, `neck`",
            "exercise 4 (Wrong_Equipment): its `equipment` has `rocket`; allowed are `body only`, `barbell`, `dumbbell`, \
             `kettlebells`, `bands`, `medicine ball`, `foam roll`, `exercise ball`, `e-z curl bar`, `cable`, `machine`, \
             `other`",
            "exercise 5 (Without_name): it has no `name`",
            "exercise 6 (Without_level): it has no `level`",
            "exercise 7 (Without_equipment): it has no `equipment`",
            "exercise 8 (Without_instructions): it has no `instructions`",
            "exercise 9 (Wrong_Type): its `instructions` must be a list of texts, and holds a text",
            "exercise 10 (Wrong_Item): its `primaryMuscles` must be a list of texts, and holds a number",
            "exercise 11 (Empty_Name): it has no `name`",
            "exercise 12 (Long_Name): its `name` has 121 characters; 120 are the most",
            "exercise 13 (No_Muscle): its `primaryMuscles` is empty; name one muscle at least",
            "exercise 14 (Nul): its `name` has the character U+0000, which cannot be stored",
            "exercise 15 (Good_One): another exercise before it has the same `id`",
            "exercise 16 (with space): its `id` must be 1 to 200 letters of A to Z, digits, `_` and `-`",
            "exercise 17: its `id` must be a text, and holds a number",
            "exercise 18: it is not an object `{…}`",
            "exercise 19 (Last_One): Last One",
        ]
    );
}

#[test]
fn a_file_without_a_list_is_rejected_with_the_position() {
    let folder = std::env::temp_dir().join(format!("coach-import-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("exercises.json");
    for (text, reason) in [
        (
            "[\n  {\"id\" 1}\n]",
            "it is not JSON: expected `:` at line 2 column 9",
        ),
        (
            "",
            "it is not JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            "{}",
            "it holds no list; exercises are a list `[…]` of objects",
        ),
    ] {
        fs::write(&file, text).expect("written");
        let error = read_exercises(&file).expect_err(text).to_string();
        assert_eq!(error, format!("{}: {reason}", file.display()));
    }
    fs::write(&file, b"\xef\xbb\xbf[]").expect("written");
    assert!(
        read_exercises(&file)
            .expect("a list after a byte order mark")
            .is_empty()
    );
    let error = read_exercises(&folder).expect_err("a folder").to_string();
    assert!(error.contains("it is not a regular file"), "{error}");
    fs::remove_dir_all(&folder).expect("removed");
    let error = read_exercises(&file).expect_err("nothing").to_string();
    assert!(error.contains("there is no such file"), "{error}");
}
