//! The folder of the data: within the home, or linked from it when the account of Postgres cannot enter the home.

use std::{
    fs::{self, DirBuilder, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use crate::{Error, run_as::RunAs};

/// The parents of a data folder outside of the home, in order of preference.
const FALLBACK_PARENTS: [&str; 2] = ["/var/lib", "/var/tmp"];

/// Finds or creates the folder of all data of Postgres: `HOME/postgres`, or the folder it links to. The returned path
/// contains no links.
pub(crate) fn store(
    home: &Path,
    user: &RunAs,
    report: &mut dyn FnMut(&str),
) -> Result<PathBuf, Error> {
    let path = home.join("postgres");
    if is_link(&path) {
        if let Ok(store) = path.canonicalize() {
            create_private(&store, user)?;
            return check_reachable(store, user);
        }
        // Its target does not exist: it was deleted, or is on another machine.
        fs::remove_file(&path).map_err(Error::io("remove", &path))?;
    }
    if user.can_enter(home)? {
        create_private(&path, user)?;
        return Ok(path);
    }
    // Data from a time when the account could enter the home must not be ignored silently.
    match fs::remove_dir(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return check_reachable(path, user),
        _ => {}
    }
    let store = create_outside_home(home, user, report)?;
    report(&format!(
        "the account `{}` cannot enter {}: keeping the database in {}",
        user.name(),
        home.display(),
        store.display()
    ));
    symlink(&store, &path).map_err(Error::io("create", &path))?;
    Ok(store)
}

/// Creates a folder that only the account of Postgres (and root) can enter. An existing folder is used only if this
/// user or that account owns it, because another user may have created it in a world-writable parent.
pub(crate) fn create_private(folder: &Path, user: &RunAs) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(Error::io("create", folder)(error));
        }
        _ => {}
    }
    let data = fs::symlink_metadata(folder).map_err(Error::io("look at", folder))?;
    let is_ours = [rustix::process::geteuid().as_raw(), user.uid()].contains(&data.uid());
    if !is_ours {
        return Err(Error::OwnedByOther {
            folder: folder.to_owned(),
            owner: data.uid(),
        });
    }
    if !data.is_dir() {
        return Err(Error::io("use", folder)(ErrorKind::NotADirectory.into()));
    }
    if data.mode() & 0o077 != 0 {
        let private = Permissions::from_mode(0o700);
        fs::set_permissions(folder, private).map_err(Error::io("protect", folder))?;
    }
    user.chown(folder).map_err(Error::io("give away", folder))
}

/// A folder name derived from a path and an account. It is short, because the path of a socket must be: 12 hexadecimal
/// digits of FNV-1a, which unlike the standard library's hash is the same in every release.
pub(crate) fn short_name(path: &Path, uid: u32) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().iter().copied();
    let hash = bytes
        .chain(uid.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("coach-{:012x}", hash >> 16)
}

fn check_reachable(store: PathBuf, user: &RunAs) -> Result<PathBuf, Error> {
    if user.can_enter(&store)? {
        return Ok(store);
    }
    Err(Error::Unreachable {
        folder: store,
        user: user.name().to_owned(),
    })
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink())
}

/// Creates a new data folder outside of the home.
///
/// Existing data folders there belong to a home that was deleted (and its database was meant to be deleted too) or
/// moved (and still uses it): they are neither used nor deleted.
fn create_outside_home(
    home: &Path,
    user: &RunAs,
    report: &mut dyn FnMut(&str),
) -> Result<PathBuf, Error> {
    let name = short_name(home, user.uid());
    let mut last = None;
    for parent in FALLBACK_PARENTS.map(Path::new) {
        if !parent.is_dir() || !user.can_enter(parent)? {
            continue;
        }
        for number in 1..100 {
            let store = parent.join(format!("{name}-{number}"));
            if is_free(&store).map_err(Error::io("look at", &store))? {
                match create_private(&store, user) {
                    Ok(()) => return Ok(store),
                    Err(error) => last = Some(error),
                }
                break;
            }
            report(&format!(
                "leaving {} alone, the database of a home that was deleted or moved: delete it if you do not need it",
                store.display()
            ));
        }
    }
    Err(last.unwrap_or_else(|| Error::Unreachable {
        folder: home.to_owned(),
        user: user.name().to_owned(),
    }))
}

fn is_free(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(!is_link(folder)),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_stable_and_different() {
        let name = |path: &str, uid| short_name(Path::new(path), uid);
        assert_eq!(name("/home/a/.coach", 1000), "coach-80e7777fa617");
        assert_eq!(name("/home/a/.coach", 1000).len(), 18);
        assert_ne!(name("/home/a/.coach", 1000), name("/home/b/.coach", 1000));
        assert_ne!(name("/home/a/.coach", 1000), name("/home/a/.coach", 1001));
    }
}
