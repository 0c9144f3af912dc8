//! The workspace's source files as tokens, so that comments and texts are not taken for code.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The packages, each with its `src` or, for tests, its own folder.
pub(crate) const PACKAGES: [&str; 11] = [
    "schema/src",
    "schema/execution/src",
    "domain/src",
    "content/src",
    "migrations/src",
    "resolvers/src",
    "workers/src",
    "dev/src",
    "gateway/src",
    "bench/src",
    "tests",
];

/// The workspace's folder.
pub(crate) fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All Rust files below a folder of the workspace, by name.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&workspace().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has no Rust files");
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The tokens of a file.
pub(crate) fn tokens(path: &Path) -> TokenStream {
    let text = fs::read_to_string(path).expect("a readable file");
    TokenStream::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether `tokens`, what stands in the brackets of an attribute, is `cfg(test)`.
pub(crate) fn is_cfg_test(tokens: &TokenStream) -> bool {
    tokens.to_string().replace(' ', "") == "cfg(test)"
}

/// The tokens between brackets of this kind.
pub(crate) fn group(token: &TokenTree, delimiter: Delimiter) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(group.stream()),
        _ => None,
    }
}
