//! Reading the recipe files of a folder.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use coach_domain::recipe::Recipe;
use unicode_normalization::UnicodeNormalization as _;

use super::recipe;
use crate::import::{
    Entry, FileError, ItemError,
    source::{is_standard_input, read_at_most},
};

/// The maximum size of a file. A recipe takes a few thousand bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// Reads the recipes of a folder: its files whose names end in `.md`, by name. Subfolders and hidden files are ignored.
/// Files that would become the same recipe are rejected, each with the names of all.
///
/// # Errors
///
/// When there is no such folder, it is not a folder, or it cannot be read. The error of a single file is in its entry.
pub fn read_recipes(folder: &Path) -> Result<Vec<Entry<Recipe>>, FileError> {
    let unreadable = |error| FileError::open(folder, &error);
    if is_standard_input(folder) || !fs::metadata(folder).map_err(unreadable)?.is_dir() {
        let reason =
            "it is not a folder; recipes are imported from the folder that their files are in";
        return Err(FileError::new(folder, reason));
    }
    let mut entries = Vec::new();
    for file in fs::read_dir(folder).map_err(unreadable)? {
        let path = file.map_err(unreadable)?.path();
        let is_markdown = path.extension().is_some_and(|end| end == "md");
        // A name that is not UTF-8 is rejected, under the part of it that can be displayed.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_markdown && !name.starts_with('.') {
            entries.push(entry(&path, name.into_owned()));
        }
    }
    if entries.is_empty() {
        let reason = "it has no files whose names end with `.md`";
        return Err(FileError::new(folder, reason));
    }
    // The same order on every system, whatever its normal form for file names.
    entries.sort_by(|one, other| (&one.slug, &one.name).cmp(&(&other.slug, &other.name)));
    reject_duplicates(&mut entries);
    Ok(entries)
}

fn entry(path: &Path, name: String) -> Entry<Recipe> {
    let slug = format!("import/{}", name.trim_end_matches(".md"));
    // Some systems store file names decomposed (NFD).
    let slug: String = slug.nfc().collect();
    let item = match path.file_name().and_then(|name| name.to_str()) {
        Some(_) => read(path).and_then(|file| recipe(&slug, &file)),
        None => Err(ItemError::new("its name is not UTF-8; rename it")),
    };
    Entry { name, slug, item }
}

/// Rejects files that would become the same recipe: on each run they would overwrite each other.
fn reject_duplicates(entries: &mut [Entry<Recipe>]) {
    for duplicates in entries.chunk_by_mut(|one, other| one.slug == other.slug) {
        if duplicates.len() < 2 {
            continue;
        }
        let names: Vec<_> = duplicates
            .iter()
            .map(|duplicate| format!("`{}`", duplicate.name))
            .collect();
        let reason = format!(
            "{} would become one recipe, `{}`; rename all but one",
            names.join(" and "),
            duplicates[0].slug
        );
        for duplicate in duplicates {
            duplicate.item = Err(ItemError(reason.clone()));
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ItemError> {
    let read_error = |error: io::Error| ItemError(format!("it cannot be read: {error}"));
    // Only regular files are opened: reading a pipe could block for ever.
    if !fs::metadata(path).map_err(read_error)?.is_file() {
        return Err(ItemError::new("it is not a regular file"));
    }
    let file = File::open(path).and_then(|file| read_at_most(MAX_BYTES, file));
    file.map_err(read_error)?.ok_or_else(|| {
        ItemError(format!(
            "it has more than {MAX_BYTES} bytes, too much for a recipe"
        ))
    })
}
