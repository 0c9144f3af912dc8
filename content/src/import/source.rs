//! The source of a list: a file, a pipe, or standard input.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use super::FileError;

/// The maximum size of a list. Thousands of exercises take a few million bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Whether a path means standard input: `-`. A file of that name is `./-`.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads the whole source.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let open_error = |error| FileError::open(path, &error);
    let mut bytes = Vec::new();
    if is_standard_input(path) {
        let mut limited = io::stdin().lock().take(MAX_BYTES + 1);
        limited.read_to_end(&mut bytes).map_err(open_error)?;
    } else {
        // Anything but a folder may be readable: the shell's `<(…)` is a pipe.
        if fs::metadata(path).map_err(open_error)?.is_dir() {
            return Err(FileError::not_a_file(path));
        }
        let mut limited = File::open(path).map_err(open_error)?.take(MAX_BYTES + 1);
        limited.read_to_end(&mut bytes).map_err(open_error)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        let reason =
            format!("it has more than {MAX_BYTES} bytes, too much for a list of exercises");
        return Err(FileError::new(path, reason));
    }
    Ok(bytes)
}
