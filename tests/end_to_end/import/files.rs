//! What is imported: samples of our own, and the real files where there are some.

use std::{
    fs,
    path::{Path, PathBuf},
};

use coach_domain::{
    catalogue::import::{Entry, read_exercises, read_recipes},
    exercise::Exercise,
    recipe::Recipe,
};

/// The samples.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/catalogue")
}

/// The folder of the real files, where it is said.
#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of these tests, not of the gateway"
)]
pub(super) fn full() -> Option<PathBuf> {
    std::env::var_os("COACH_CATALOGUE_DIR").map(PathBuf::from)
}

/// The samples, and the real files where there are some.
pub(super) fn samples() -> impl Iterator<Item = PathBuf> {
    [folder()].into_iter().chain(full())
}

pub(super) fn exercises(folder: &Path) -> Vec<Entry<Exercise>> {
    read_exercises(&folder.join("exercises.json")).expect("exercises")
}

pub(super) fn recipes(folder: &Path) -> Vec<Entry<Recipe>> {
    read_recipes(&folder.join("recipes")).expect("recipes")
}

/// A folder of one test's own with the sample recipes.
pub(super) fn copy_of_recipes() -> PathBuf {
    let copy =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recipes-{}", std::process::id()));
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).expect("a folder");
    for file in fs::read_dir(folder().join("recipes")).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
    }
    copy
}
