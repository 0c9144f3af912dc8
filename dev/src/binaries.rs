//! Finds a suitable Postgres on this machine.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use crate::run_as::RunAs;

const MIN_MAJOR_VERSION: u32 = 15;

/// Where packages install Postgres: the folder of all versions, and the prefix of a version's folder.
const PACKAGE_FOLDERS: [(&str, &str); 3] = [
    ("/usr/lib/postgresql", ""),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
];

/// The executables of a Postgres that is recent enough.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) bin: PathBuf,
    pub(crate) major: u32,
}

/// Searches PATH, then the folders of packages. Adds a message to `rejected` for each unsuitable Postgres.
#[expect(
    clippy::disallowed_methods,
    reason = "PATH is the shell's variable, not a setting"
)]
pub(crate) fn search(user: &RunAs, rejected: &mut Vec<String>) -> Option<Binaries> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut seen = Vec::new();
    for folder in on_path(&path).chain(PACKAGE_FOLDERS.into_iter().flat_map(in_packages)) {
        let Ok(program) = folder.join("postgres").canonicalize() else {
            continue;
        };
        if seen.contains(&program) {
            continue;
        }
        match inspect(&folder, user) {
            Ok(binaries) => return Some(binaries),
            Err(reason) => rejected.push(reason),
        }
        seen.push(program);
    }
    None
}

/// Checks that the folder holds a suitable Postgres, by running `postgres --version` as the account that will run the
/// server.
pub(crate) fn inspect(folder: &Path, user: &RunAs) -> Result<Binaries, String> {
    // Postgres finds its shared files relative to its real path, so links are resolved.
    let program = folder.join("postgres");
    let program = program
        .canonicalize()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let bin = program.parent().unwrap_or(folder).to_owned();
    if !bin.join("initdb").is_file() {
        return Err(format!("{} holds no `initdb`", bin.display()));
    }
    let output = user.command(&program).arg("--version").output();
    let program = program.display();
    let output =
        output.map_err(|error| format!("{program} cannot be run by {}: {error}", user.name()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match parse_major(&text).filter(|_| output.status.success()) {
        Some(major) if major >= MIN_MAJOR_VERSION => Ok(Binaries { bin, major }),
        Some(major) => Err(format!("{program} is of version {major}, too old")),
        None => Err(format!(
            "`{program} --version` does not say a version of Postgres"
        )),
    }
}

/// The major version in `postgres (PostgreSQL) 17.2 (Debian 17.2-1)` and in `… 18beta1`.
fn parse_major(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL)")?;
    leading_number(version.trim_start())
}

pub(crate) fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

fn on_path(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    env::split_paths(path).filter(|folder| folder.is_absolute())
}

fn in_packages((root, prefix): (&str, &str)) -> Vec<PathBuf> {
    let names = fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    newest_first(names, prefix)
        .into_iter()
        .map(|name| Path::new(root).join(name).join("bin"))
        .collect()
}

/// The names of versions (`17`, `postgresql@17`), newest first by number; `postgresql` alone comes last.
fn newest_first(names: impl Iterator<Item = String>, prefix: &str) -> Vec<String> {
    let mut versions: Vec<(u32, String)> = names
        .filter_map(|name| {
            let version = name.strip_prefix(prefix)?;
            if version.is_empty() {
                return Some((0, name));
            }
            let number = version.strip_prefix('@').unwrap_or(version).parse().ok()?;
            Some((number, name))
        })
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_parsed_from_the_version_output() {
        let major = |text| parse_major(text);
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 9.6.24\n"), Some(9));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 17"), Some(17));
        assert_eq!(major("postgres (PostgreSQL) devel"), None);
        assert_eq!(major("something 15.1"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn newer_packages_come_first_by_number() {
        let order = |prefix, names: &[&str]| {
            newest_first(names.iter().map(ToString::to_string), prefix).join(" ")
        };
        assert_eq!(order("", &["9", "15", "common", "100"]), "100 15 9");
        assert_eq!(
            order(
                "postgresql",
                &["postgresql", "postgresql@9", "redis", "postgresql@17"]
            ),
            "postgresql@17 postgresql@9 postgresql"
        );
    }

    #[test]
    fn relative_folders_on_the_path_are_not_trusted() {
        let folders: Vec<_> = on_path(OsStr::new(".:/usr/bin::bin")).collect();
        assert_eq!(folders, [Path::new("/usr/bin")]);
    }
}
