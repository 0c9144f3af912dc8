//! Errors that prevent the whole import.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::source::is_standard_input;

/// Why a file or folder cannot be read. The message is for the user who named it.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", display_path(path))]
pub struct FileError {
    path: PathBuf,
    reason: String,
}

impl FileError {
    pub(super) fn new(path: &Path, reason: impl Into<String>) -> Self {
        let (path, reason) = (path.to_owned(), reason.into());
        Self { path, reason }
    }

    pub(super) fn open(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::new(path, "there is no such file or folder"),
            _ => Self::new(path, format!("it cannot be read: {error}")),
        }
    }
}

fn display_path(path: &Path) -> String {
    if is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}
