//! Where a list comes from: a file, a pipe, or standard input.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use super::FileError;

/// In bytes. A list of thousands of exercises has a few million.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Whether a path stands for standard input: `-`. A file of that name is `./-`.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// All that there is to read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let cannot = |error| FileError::open(path, &error);
    let mut bytes = Vec::new();
    if is_standard_input(path) {
        let mut limited = io::stdin().lock().take(LARGEST + 1);
        limited.read_to_end(&mut bytes).map_err(cannot)?;
    } else {
        // Anything but a folder may have something to say: the shell's `<(…)` is a pipe.
        if fs::metadata(path).map_err(cannot)?.is_dir() {
            return Err(FileError::not_a_file(path));
        }
        let mut limited = File::open(path).map_err(cannot)?.take(LARGEST + 1);
        limited.read_to_end(&mut bytes).map_err(cannot)?;
    }
    if bytes.len() as u64 > LARGEST {
        let reason = format!("it has more than {LARGEST} bytes, too much for a list of exercises");
        return Err(FileError::new(path, reason));
    }
    Ok(bytes)
}
