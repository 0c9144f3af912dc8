//! Inspects a server process by its id, which the system may have reused for another process.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// The process id in the data folder's `postmaster.pid`.
pub(crate) fn read_pid(data: &Path) -> Option<Pid> {
    parse_pid_file(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
}

/// A standalone backend, as `initdb` uses, writes its id negated. It ends by itself and is ignored.
fn parse_pid_file(text: &str) -> Option<Pid> {
    let id = text.lines().next()?.trim().parse().ok()?;
    if id > 0 { Pid::from_raw(id) } else { None }
}

/// Whether the process is a server on this data folder. A zombie is not: its command line is empty.
pub(crate) fn is_server_on(pid: Pid, data: &Path) -> bool {
    let command = command_line(pid);
    if !is_postgres(&command) {
        return false;
    }
    // The server's working directory is its data folder. Its path stays current when the home is moved.
    let working_directory = fs::read_link(format!("/proc/{pid}/cwd"));
    names_data(&command, data) || working_directory.is_ok_and(|folder| folder == data)
}

/// Sends a signal. Errors are ignored, because the process may have ended.
pub(crate) fn signal(pid: Pid, signal: Signal) {
    if let Err(error) = kill_process(pid, signal) {
        tracing::debug!(%pid, ?signal, %error, "the server could not be signalled");
    }
}

/// Polls until `done` returns true. Returns false when the timeout passes first.
pub(crate) fn wait_until(timeout: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if done() {
            return true;
        }
        if start.elapsed() >= timeout {
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
    fn only_ids_of_servers_are_parsed() {
        let id = |text| parse_pid_file(text).map(Pid::as_raw_pid);
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
