//! The files of a folder.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use unicode_normalization::UnicodeNormalization as _;

use super::recipe;
use crate::{
    catalogue::import::{Entry, FileError, Refusal, source::is_standard_input},
    recipe::Recipe,
};

/// In bytes; a recipe has a few thousand.
const LARGEST: u64 = 256 * 1024;

/// Reads the recipes of a folder: its files whose names end with `.md`, by name.
/// Folders below it are left alone, and so are hidden files. Files that would become
/// one recipe are refused, each with the names of all.
///
/// # Errors
///
/// When there is no such folder, it is none, or it cannot be read. What is wrong
/// with a file is in its entry.
pub fn read_recipes(folder: &Path) -> Result<Vec<Entry<Recipe>>, FileError> {
    if is_standard_input(folder) {
        return Err(FileError::not_a_folder(folder));
    }
    let data = fs::metadata(folder).map_err(|error| FileError::open(folder, &error))?;
    if !data.is_dir() {
        return Err(FileError::not_a_folder(folder));
    }
    let unreadable = |error| FileError::open(folder, &error);
    let mut names = Vec::new();
    for file in fs::read_dir(folder).map_err(unreadable)? {
        let name = file.map_err(unreadable)?.file_name();
        // A name that is no text is refused below, under what can be shown of it.
        let shown = name.to_string_lossy().into_owned();
        let is_markdown = Path::new(&name).extension().is_some_and(|end| end == "md");
        if is_markdown && !shown.starts_with('.') {
            names.push((shown, name));
        }
    }
    if names.is_empty() {
        return Err(FileError::no_recipes(folder));
    }
    let entries = names
        .into_iter()
        .map(|(shown, name)| entry(&folder.join(&name), shown));
    let mut entries: Vec<_> = entries.collect();
    // The same on every machine, in whatever form it keeps names.
    entries.sort_by(|one, other| (&one.slug, &one.name).cmp(&(&other.slug, &other.name)));
    refuse_twins(&mut entries);
    Ok(entries)
}

fn entry(path: &Path, name: String) -> Entry<Recipe> {
    let slug = format!("import/{}", name.trim_end_matches(".md"));
    // Some systems keep names decomposed.
    let slug: String = slug.nfc().collect();
    let item = match path.file_name().and_then(|name| name.to_str()) {
        Some(_) => read(path).and_then(|file| recipe(&slug, &file)),
        None => Err(Refusal::new("its name is not UTF-8; rename it")),
    };
    Entry { name, slug, item }
}

/// Refuses files that would become one recipe: each run would write what the one says over what the other does.
fn refuse_twins(entries: &mut [Entry<Recipe>]) {
    for twins in entries.chunk_by_mut(|one, other| one.slug == other.slug) {
        if twins.len() < 2 {
            continue;
        }
        let names: Vec<_> = twins
            .iter()
            .map(|twin| format!("`{}`", twin.name))
            .collect();
        let reason = format!(
            "{} would become one recipe, `{}`; rename all but one",
            names.join(" and "),
            twins[0].slug
        );
        for twin in twins {
            twin.item = Err(Refusal(reason.clone()));
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let cannot = |error: io::Error| Refusal(format!("it cannot be read: {error}"));
    // Not opened unless it is one: a pipe would let us wait for ever.
    if !fs::metadata(path).map_err(cannot)?.is_file() {
        return Err(Refusal::new("it is not a regular file"));
    }
    let mut file = Vec::new();
    let limited = File::open(path).map_err(cannot)?.take(LARGEST + 1);
    io::BufReader::new(limited)
        .read_to_end(&mut file)
        .map_err(cannot)?;
    if file.len() as u64 > LARGEST {
        return Err(Refusal(format!(
            "it has more than {LARGEST} bytes, too much for a recipe"
        )));
    }
    Ok(file)
}
