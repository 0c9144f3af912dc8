//! Looking at a server process by its id, which the system may have given to another process since.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// The id in the data folder's `postmaster.pid`.
pub(super) fn recorded(data: &Path) -> Option<Pid> {
    parse_record(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
}

/// A process without a server, as `initdb` uses, writes its id negated. It ends by itself.
fn parse_record(record: &str) -> Option<Pid> {
    let id = record.lines().next()?.trim().parse().ok()?;
    if id > 0 { Pid::from_raw(id) } else { None }
}

/// Whether the process is a server on this data. A dead one that its parent did not collect is not: its command line
/// is empty.
pub(super) fn runs_on(pid: Pid, data: &Path) -> bool {
    let command = command_line(pid);
    if !is_postgres(&command) {
        return false;
    }
    // Servers change to their data folder, and the kernel knows it by its new name when the home was moved.
    let folder = fs::read_link(format!("/proc/{pid}/cwd"));
    names_data(&command, data) || folder.is_ok_and(|folder| folder == data)
}

/// Sends a signal; a process that is gone is as good.
pub(super) fn signal(pid: Pid, signal: Signal) {
    if let Err(error) = kill_process(pid, signal) {
        tracing::debug!(%pid, ?signal, %error, "the server did not take a signal");
    }
}

/// Asks again and again until the answer is yes, or the time is over and it is no.
pub(super) fn wait(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if done() {
            return true;
        }
        if start.elapsed() >= limit {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn command_line(pid: Pid) -> String {
    if cfg!(target_os = "linux") {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        return String::from_utf8_lossy(&bytes).replace('\0', " ");
    }
    Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

fn is_postgres(command: &str) -> bool {
    let program = command.split(" -D ").next().unwrap_or_default().trim();
    program.rsplit('/').next() == Some("postgres")
}

fn names_data(command: &str, data: &Path) -> bool {
    format!("{} ", command.trim_end()).contains(&format!(" -D {} ", data.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_servers_are_recorded_with_their_id() {
        let id = |record| parse_record(record).map(Pid::as_raw_pid);
        assert_eq!(id("4711\n/data\n1700000000\n5432\n"), Some(4711));
        assert_eq!(id("-4711\n/data\n"), None);
        assert_eq!(id("0\n"), None);
        assert_eq!(id(""), None);
    }

    #[test]
    fn only_a_postgres_on_this_data_counts() {
        let data = Path::new("/my home/postgres/15");
        let ours = |command: &str| is_postgres(command) && names_data(command, data);
        assert!(ours(
            "/usr/lib/postgresql/15/bin/postgres -D /my home/postgres/15 -k /tmp/x "
        ));
        assert!(ours("postgres -D /my home/postgres/15"));
        assert!(!ours("postgres -D /my home/postgres/151 -k /tmp/x"));
        assert!(!ours("postgres -D /my home/postgres -k /tmp/x"));
        assert!(!ours("tail -f -D /my home/postgres/15 -k"));
        assert!(!ours(""));
    }
}
