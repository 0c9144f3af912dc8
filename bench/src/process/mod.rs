//! The resource usage of processes: from `/proc` on Linux, from `ps` elsewhere.

mod proc;
mod ps;

use std::time::Duration;

/// The CPU time of a process so far, in user and kernel mode.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    if cfg!(target_os = "linux") {
        return Ok(proc::stat(pid)?.cpu);
    }
    Ok(ps::one(pid)?.cpu)
}

/// The CPU time of a process and its children. On Linux, children that have ended are included.
pub(crate) fn cpu_with_children(pid: u32) -> anyhow::Result<Duration> {
    if cfg!(target_os = "linux") {
        return proc::cpu_with_children(pid);
    }
    let all = ps::all()?;
    let with_children = all.iter().filter(|it| it.pid == pid || it.parent == pid);
    Ok(with_children.map(|it| it.cpu).sum())
}

/// The resident memory in bytes.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    if cfg!(target_os = "linux") {
        return proc::memory(pid, "VmRSS");
    }
    Ok(ps::one(pid)?.resident)
}

/// The peak resident memory in bytes since the start or since [`reset_peak`]. Except on Linux, the current value.
pub(crate) fn peak(pid: u32) -> anyhow::Result<u64> {
    if cfg!(target_os = "linux") {
        return proc::memory(pid, "VmHWM");
    }
    resident(pid)
}

/// Resets the peak of the resident memory, if the system supports that.
pub(crate) fn reset_peak(pid: u32) {
    if cfg!(target_os = "linux") {
        // See proc(5). If this fails, the peak includes earlier runs, which is acceptable.
        let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
    }
}
