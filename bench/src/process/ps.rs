//! The command `ps`, for systems without `/proc`.

use std::{process::Command, time::Duration};

use anyhow::Context as _;

/// A line of the output.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) cpu: Duration,
    pub(super) resident: u64,
}

/// All processes.
pub(super) fn all() -> anyhow::Result<Vec<Line>> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,time=,rss="])
        .output()
        .context("ps")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(parse).collect())
}

/// The process with this id.
pub(super) fn one(pid: u32) -> anyhow::Result<Line> {
    let found = all()?.into_iter().find(|it| it.pid == pid);
    found.with_context(|| format!("ps does not list process {pid}"))
}

fn parse(line: &str) -> Option<Line> {
    let mut words = line.split_ascii_whitespace();
    Some(Line {
        pid: words.next()?.parse().ok()?,
        parent: words.next()?.parse().ok()?,
        cpu: time(words.next()?)?,
        resident: words.next()?.parse::<u64>().ok()? * 1024,
    })
}

/// `[DAYS-]HOURS:MINUTES:SECONDS` on Linux, `[HOURS:]MINUTES:SECONDS.HUNDREDTHS` on macOS.
fn time(text: &str) -> Option<Duration> {
    let (days, clock) = text.split_once('-').unwrap_or(("0", text));
    let (clock, hundredths) = clock.split_once('.').unwrap_or((clock, "0"));
    let seconds = clock
        .split(':')
        .try_fold(0, |sum, part| Some(sum * 60 + part.parse::<u64>().ok()?))?;
    let days: u64 = days.parse().ok()?;
    let whole = Duration::from_secs(days * 86_400 + seconds);
    Some(whole + Duration::from_millis(10 * hundredths.parse::<u64>().ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Line, parse, time};

    #[test]
    fn times_of_both_systems_are_read() {
        assert_eq!(time("00:00:44"), Some(Duration::from_secs(44)));
        assert_eq!(time("2-01:00:01"), Some(Duration::from_secs(176_401)));
        assert_eq!(time("0:07.05"), Some(Duration::from_millis(7_050)));
        assert_eq!(time("1:02:03.50"), Some(Duration::from_millis(3_723_500)));
        assert_eq!(time("soon"), None);
    }

    #[test]
    fn lines_are_read() {
        let wanted = Line {
            pid: 612,
            parent: 1,
            cpu: Duration::from_millis(61_250),
            resident: 2_048_000,
        };
        assert_eq!(parse("  612     1   1:01.25   2000"), Some(wanted));
        assert_eq!(parse("  612     1"), None);
    }

    #[test]
    fn this_process_is_listed() {
        let own = super::one(std::process::id()).unwrap();
        assert!(own.resident > 0 && own.parent > 0);
    }
}
