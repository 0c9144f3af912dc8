//! The database cluster on disk, one per major version.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::{Error, SUPERUSER, binaries::Binaries, folders, run_as::RunAs};

/// Creates the cluster unless it exists: in a temporary folder, which is then renamed, so that a killed process never
/// leaves an incomplete cluster that looks complete.
pub(crate) fn create_if_missing(
    data: &Path,
    binaries: &Binaries,
    user: &RunAs,
    durable: bool,
    report: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    if data.join("PG_VERSION").exists() {
        return Ok(());
    }
    report(&format!(
        "creating the database cluster in {}",
        data.display()
    ));
    remove_unfinished(data);
    // An `initdb` that outlived a killed process may still be writing, so the folder's name must be a new one.
    let unfinished = data.with_extension(format!("unfinished-{}", std::process::id()));
    folders::create_private(&unfinished, user)?;
    if let Err(error) = initdb(&unfinished, binaries, user, durable) {
        let _ = fs::remove_dir_all(&unfinished);
        return Err(error);
    }
    fs::rename(&unfinished, data).map_err(Error::io("create", data))?;
    if let Some(store) = data.parent() {
        let _ = File::open(store).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn initdb(data: &Path, binaries: &Binaries, user: &RunAs, durable: bool) -> Result<(), Error> {
    let program = binaries.bin.join("initdb");
    let mut command = user.command(&program);
    command
        .arg("--pgdata")
        .arg(data)
        .arg(format!("--username={SUPERUSER}"))
        // Any role may connect without a password: the permissions of the socket's folder keep other users out, and
        // the server does not listen on TCP.
        .arg("--auth=trust")
        // The same collation and messages on every machine.
        .args(["--encoding=UTF8", "--locale=C", "--no-instructions"]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(Error::io("run", &program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Initdb {
        folder: data.to_owned(),
        output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Removes unfinished clusters of killed processes. Errors are ignored, because what remains only takes up space.
fn remove_unfinished(data: &Path) {
    let (Some(store), Some(name)) = (data.parent(), data.file_name()) else {
        return;
    };
    let prefix = format!("{}.unfinished-", name.display());
    for entry in fs::read_dir(store).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
