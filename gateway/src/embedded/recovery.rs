//! Cleaning up after a run that was killed before it could stop its server.

use std::{fs, path::Path, time::Duration};

use rustix::process::Signal;

use super::{Error, postmaster};

/// Stops the servers that still run in this folder, whatever their version. The caller holds the lock, so nobody needs
/// them any more.
pub(super) fn recover(store: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let clusters = fs::read_dir(store).map_err(Error::io("read", store))?;
    clusters
        .flatten()
        .try_for_each(|cluster| recover_cluster(&cluster.path(), report))
}

fn recover_cluster(data: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let Some(pid) = postmaster::recorded(data) else {
        return Ok(());
    };
    if postmaster::runs_on(pid, data) {
        report(&format!(
            "stopping the Postgres that a killed run left behind (pid {pid})"
        ));
        let stopped = |signal, seconds| {
            postmaster::signal(pid, signal);
            postmaster::wait(Duration::from_secs(seconds), || {
                !postmaster::runs_on(pid, data)
            })
        };
        if !stopped(Signal::INT, 10) && !stopped(Signal::QUIT, 10) {
            let pid = pid.as_raw_pid();
            return Err(Error::LeftOver { pid });
        }
    }
    // Postgres itself would take any live process with that id for a server, as happens when ids are given anew
    // after a restart of the machine or container. Left over backends still keep it from starting: it checks its
    // shared memory too.
    let file = data.join("postmaster.pid");
    if postmaster::recorded(data) == Some(pid) {
        tracing::debug!(file = %file.display(), "removing the record of a server that is gone");
        fs::remove_file(&file).map_err(Error::io("remove", &file))?;
    }
    Ok(())
}
