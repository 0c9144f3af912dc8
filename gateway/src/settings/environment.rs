//! Keeps the shell's settings for other applications out of `coach dev`.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt,
    process::Command,
};

/// Set in the restarted process, so that it does not restart again.
const GUARD: &str = "_COACH_RESTARTED";

/// Replaces this process with a new run of the same program without `PG*`, `DATABASE_URL` and `AWS_*`. Returns when
/// none of these is set.
///
/// The database driver reads `PGOPTIONS` and similar variables from the environment, and removing them from a running
/// process is not safe when it has threads.
///
/// # Errors
///
/// When the program cannot be executed again.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn restart_with_clean_environment() -> io::Result<()> {
    if env::var_os(GUARD).is_some() {
        return Ok(());
    }
    let foreign: Vec<OsString> = env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| is_foreign(name))
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(env::current_exe()?);
    let mut arguments = env::args_os();
    if let Some(name) = arguments.next() {
        // Messages tell users to type the name by which the program was started.
        command.arg0(name);
    }
    command.args(arguments).env(GUARD, "1");
    for name in foreign {
        command.env_remove(name);
    }
    // `exec` returns only on failure.
    Err(command.exec())
}

/// Whether a variable belongs to another application.
fn is_foreign(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.starts_with(b"PG") || bytes.starts_with(b"AWS_") || name == "DATABASE_URL"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_of_other_applications_are_removed() {
        for name in ["PGOPTIONS", "PGHOST", "DATABASE_URL", "AWS_PROFILE"] {
            assert!(is_foreign(OsStr::new(name)), "{name}");
        }
        for name in ["COACH_DATABASE_URL", "COACH_POSTGRES_BIN", "PATH", "HOME"] {
            assert!(!is_foreign(OsStr::new(name)), "{name}");
        }
    }
}
