//! Cleans up after a process that was killed before it could stop its server.

use std::{fs, path::Path, time::Duration};

use rustix::process::Signal;

use crate::{Error, postmaster};

/// Stops all servers that still run in this folder, of any version. The caller holds the lock, so no process uses them.
pub(crate) fn recover(store: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let clusters = fs::read_dir(store).map_err(Error::io("read", store))?;
    clusters
        .flatten()
        .try_for_each(|cluster| recover_cluster(&cluster.path(), report))
}

fn recover_cluster(data: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let Some(pid) = postmaster::read_pid(data) else {
        return Ok(());
    };
    if postmaster::is_server_on(pid, data) {
        report(&format!(
            "stopping the Postgres that a killed run left behind (pid {pid})"
        ));
        let stopped = |signal, seconds| {
            postmaster::signal(pid, signal);
            postmaster::wait_until(Duration::from_secs(seconds), || {
                !postmaster::is_server_on(pid, data)
            })
        };
        if !stopped(Signal::INT, 10) && !stopped(Signal::QUIT, 10) {
            let pid = pid.as_raw_pid();
            return Err(Error::LeftOver { pid });
        }
    }
    // Postgres itself takes any live process with that id for a server, and the id may be reused after a restart of the
    // machine or container. Orphaned backends still prevent a start, because Postgres checks its shared memory too.
    let file = data.join("postmaster.pid");
    if postmaster::read_pid(data) == Some(pid) {
        tracing::debug!(file = %file.display(), "removing the record of a server that is gone");
        fs::remove_file(&file).map_err(Error::io("remove", &file))?;
    }
    Ok(())
}
