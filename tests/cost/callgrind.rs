//! Counting the instructions of a function, with callgrind.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    process::Command,
};

/// The program under callgrind, which counts the instructions of each call of this function alone, on the calling
/// thread and within all that it calls. The results of all calls are appended to a file.
pub(crate) fn command(program: &str, function: &str, file: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .arg("--tool=callgrind")
        .arg(format!("--toggle-collect={function}"))
        .arg(format!("--dump-after={function}"))
        .args(["--combine-dumps=yes", "--dump-line=no"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program);
    valgrind
}

/// The number of instructions of each call.
pub(crate) fn read(file: &Path) -> Vec<u64> {
    let mut counts = Vec::new();
    let mut is_call = false;
    for line in BufReader::new(File::open(file).expect("a file")).lines() {
        let line = line.expect("text");
        if let Some(trigger) = line.strip_prefix("desc: Trigger: ") {
            // The last part has what came after the last call.
            is_call = trigger.starts_with("--dump-after");
        } else if let Some(count) = line.strip_prefix("summary: ")
            && is_call
        {
            counts.push(count.parse().expect("a number"));
        }
    }
    counts
}
