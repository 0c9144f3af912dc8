//! The imported files: our samples, and the real catalogue if it is available.

use std::{
    fs,
    path::{Path, PathBuf},
};

use coach_content::import::{Entry, read_exercises, read_recipes};
use coach_domain::{exercise::Exercise, recipe::Recipe};

/// The folder of the samples.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/tests/catalogue")
}

/// The folder of the real catalogue, if `COACH_CATALOGUE_DIR` is set.
#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of these tests, not of the gateway"
)]
pub(super) fn real_catalogue() -> Option<PathBuf> {
    std::env::var_os("COACH_CATALOGUE_DIR").map(PathBuf::from)
}

/// The folders of the samples and, if it is available, of the real catalogue.
pub(super) fn samples() -> impl Iterator<Item = PathBuf> {
    [folder()].into_iter().chain(real_catalogue())
}

pub(super) fn exercises(folder: &Path) -> Vec<Entry<Exercise>> {
    read_exercises(&folder.join("exercises.json")).expect("exercises")
}

pub(super) fn recipes(folder: &Path) -> Vec<Entry<Recipe>> {
    read_recipes(&folder.join("recipes")).expect("recipes")
}

/// A copy of the sample recipes in a folder of its own.
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
