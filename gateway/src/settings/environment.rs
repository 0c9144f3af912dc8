//! Keeping the settings of other work out of `coach dev`.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt,
    process::Command,
};

/// Set in the second life, so that there is no third.
const GUARD: &str = "_COACH_RESTARTED";

/// Starts this program again in place of itself without `PG*`, `DATABASE_URL` and `AWS_*`, if there are any.
///
/// The database driver reads `PGOPTIONS` and its like from the environment, and removing them from a running
/// process is not safe when it has threads.
///
/// # Errors
///
/// When the program cannot be started again.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn restart_without_other_settings() -> io::Result<()> {
    if env::var_os(GUARD).is_some() {
        return Ok(());
    }
    let others: Vec<OsString> = env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| belongs_to_other_work(name))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(env::current_exe()?);
    let mut words = env::args_os();
    if let Some(name) = words.next() {
        // What it was called by is what it tells people to type.
        command.arg0(name);
    }
    command.args(words).env(GUARD, "1");
    for name in others {
        command.env_remove(name);
    }
    // Returns only when it fails.
    Err(command.exec())
}

fn belongs_to_other_work(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.starts_with(b"PG") || bytes.starts_with(b"AWS_") || name == "DATABASE_URL"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_of_other_work_are_left_behind() {
        for name in ["PGOPTIONS", "PGHOST", "DATABASE_URL", "AWS_PROFILE"] {
            assert!(belongs_to_other_work(OsStr::new(name)), "{name}");
        }
        for name in ["COACH_DATABASE_URL", "COACH_POSTGRES_BIN", "PATH", "HOME"] {
            assert!(!belongs_to_other_work(OsStr::new(name)), "{name}");
        }
    }
}
