//! Linux's `/proc`.

use std::{fs, time::Duration};

use anyhow::Context as _;

/// The fields of `/proc/PID/stat` that are used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) parent: u32,
    /// The CPU time of the process.
    pub(super) cpu: Duration,
    /// The CPU time of children that have ended and were waited for.
    pub(super) ended_children_cpu: Duration,
}

/// Reads `/proc/PID/stat`.
pub(super) fn stat(pid: u32) -> anyhow::Result<Stat> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).context(path)?;
    parse_stat(&text, rustix::param::clock_ticks_per_second())
        .with_context(|| format!("/proc/{pid}/stat is not understood: {text}"))
}

/// The CPU time of a process and its children, including those that have ended.
pub(super) fn cpu_with_children(pid: u32) -> anyhow::Result<Duration> {
    let head = stat(pid)?;
    let mut sum = head.cpu + head.ended_children_cpu;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let other = name.to_str().and_then(|name| name.parse().ok());
        // Processes may end in the meantime.
        let other = other.and_then(|other| stat(other).ok());
        if let Some(child) = other.filter(|it| it.parent == pid) {
            sum += child.cpu + child.ended_children_cpu;
        }
    }
    Ok(sum)
}

/// A memory size in bytes, from the line `key` of `/proc/PID/status`.
pub(super) fn memory(pid: u32, key: &str) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).context(path)?;
    parse_memory(&text, key).with_context(|| format!("/proc/{pid}/status has no {key}"))
}

/// Parses the format of proc(5). The second field is the name of the program in parentheses, which can contain any
/// characters.
fn parse_stat(text: &str, ticks_per_second: u64) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    // The fields from the third on.
    let fields: Vec<_> = rest.split_ascii_whitespace().collect();
    let time = |first: usize| {
        let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        let ticks = ticks(first)? + ticks(first + 1)?;
        Some(Duration::from_millis(ticks * 1000 / ticks_per_second))
    };
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        cpu: time(14)?,
        ended_children_cpu: time(16)?,
    })
}

fn parse_memory(text: &str, key: &str) -> Option<u64> {
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Stat, parse_memory, parse_stat};

    #[test]
    fn the_name_of_a_program_can_contain_any_characters() {
        let text = "4321 (a) b (c) S 17 4321 4321 0 -1 4194560 5 0 0 0 150 25 7 3 20 0 9 0 12345 1000 200 184\n";
        let wanted = Stat {
            parent: 17,
            cpu: Duration::from_millis(1_750),
            ended_children_cpu: Duration::from_millis(100),
        };
        assert_eq!(parse_stat(text, 100), Some(wanted));
        assert_eq!(parse_stat("4321 (cut off) S 17", 100), None);
    }

    #[test]
    fn memory_is_in_kibibytes() {
        let text = "Name:\tcoach\nVmHWM:\t   57348 kB\nVmRSS:\t   40960 kB\nThreads:\t3\n";
        assert_eq!(parse_memory(text, "VmRSS"), Some(41_943_040));
        assert_eq!(parse_memory(text, "VmHWM"), Some(58_724_352));
        assert_eq!(parse_memory(text, "VmR"), None);
        assert_eq!(parse_memory(text, "Threads"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_something() {
        let pid = std::process::id();
        // The kernel counts in hundredths of a second, so the first reads may still be zero.
        let has_cpu_time = |_| super::stat(pid).unwrap().cpu > Duration::ZERO;
        assert!((0..1_000_000).any(has_cpu_time));
        assert!(super::cpu_with_children(pid).unwrap() > Duration::ZERO);
        let (now, peak) = (super::memory(pid, "VmRSS"), super::memory(pid, "VmHWM"));
        assert!(now.unwrap() > 100_000 && peak.unwrap() > 100_000);
    }
}
