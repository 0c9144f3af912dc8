//! What processes use, as the system tells it: `/proc` on Linux, `ps` elsewhere.

mod proc;
mod ps;

use std::time::Duration;

/// Time on the processors so far, in user mode and in the kernel.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    if cfg!(target_os = "linux") {
        return Ok(proc::stat(pid)?.own);
    }
    Ok(ps::one(pid)?.cpu)
}

/// The same of a process and its children together. On Linux what ended children have used stays counted.
pub(crate) fn cpu_of_family(pid: u32) -> anyhow::Result<Duration> {
    if cfg!(target_os = "linux") {
        return proc::family(pid);
    }
    let all = ps::all()?;
    let family = all.iter().filter(|it| it.pid == pid || it.parent == pid);
    Ok(family.map(|it| it.cpu).sum())
}

/// The process that started this one.
pub(crate) fn parent(pid: u32) -> anyhow::Result<u32> {
    if cfg!(target_os = "linux") {
        return Ok(proc::stat(pid)?.parent);
    }
    Ok(ps::one(pid)?.parent)
}

/// Bytes in memory now.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    if cfg!(target_os = "linux") {
        return proc::memory(pid, "VmRSS");
    }
    Ok(ps::one(pid)?.resident)
}

/// The most bytes in memory since the start or since [`forget_peak`]. Elsewhere than on Linux those of now.
pub(crate) fn peak(pid: u32) -> anyhow::Result<u64> {
    if cfg!(target_os = "linux") {
        return proc::memory(pid, "VmHWM");
    }
    resident(pid)
}

/// From now on a new peak counts, where the system can do that.
pub(crate) fn forget_peak(pid: u32) {
    if cfg!(target_os = "linux") {
        // As the manual page proc(5) has it; without it the peak is that of earlier runs too, which is no less true.
        let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
    }
}
