//! Describes the machine and the commit, for human readers. Unavailable information is omitted.

use std::{fs, path::Path, process::Command, thread};

use crate::statistics::float;

/// Cores, model, memory, operating system and load.
pub(super) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let mut parts = vec![format!("{cores} cores")];
    parts.extend(model());
    parts.extend(memory().map(|bytes| format!("{:.0} GB", float(bytes) / 1e9)));
    parts.extend(output("uname", &["-srm"]));
    parts.extend(load_average());
    parts.join(", ")
}

/// The commit of the checkout.
pub(super) fn commit() -> String {
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    // Saved tables do not change what is measured.
    let except_results = ":(top,exclude)bench/RESULTS.md";
    match git(&["status", "--porcelain", "--", ":/", except_results]) {
        Some(changes) if !changes.is_empty() => format!("{commit} with uncommitted changes"),
        _ => commit,
    }
}

fn model() -> Option<String> {
    let Ok(text) = fs::read_to_string("/proc/cpuinfo") else {
        return output("sysctl", &["-n", "machdep.cpu.brand_string"]);
    };
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The bytes of memory.
pub(crate) fn memory() -> Option<u64> {
    let Ok(text) = fs::read_to_string("/proc/meminfo") else {
        return output("sysctl", &["-n", "hw.memsize"])?.parse().ok();
    };
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The load average of the last minute.
fn load_average() -> Option<String> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let minute = text.split(' ').next()?;
    Some(format!("load {minute} before it began"))
}

fn git(arguments: &[&str]) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.display().to_string();
    output("git", &[&["-C", &folder], arguments].concat())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}
