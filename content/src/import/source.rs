//! The source of a list: a file, a pipe, or standard input.

use std::{
    fs::{self, File},
    io::{self, Read},
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
    let bytes = if is_standard_input(path) {
        read_at_most(MAX_BYTES, io::stdin().lock())
    } else if fs::metadata(path).map_err(open_error)?.is_dir() {
        // Anything but a folder may be readable: the shell's `<(…)` is a pipe.
        let reason = "it is not a regular file; exercises are imported from one file of JSON";
        return Err(FileError::new(path, reason));
    } else {
        File::open(path).and_then(|file| read_at_most(MAX_BYTES, file))
    };
    bytes.map_err(open_error)?.ok_or_else(|| {
        let reason =
            format!("it has more than {MAX_BYTES} bytes, too much for a list of exercises");
        FileError::new(path, reason)
    })
}

/// Reads to the end; `None` when there are more bytes than `max`.
pub(super) fn read_at_most(max: u64, source: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(max + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max).then_some(bytes))
}
