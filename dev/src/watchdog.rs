//! Stops the server when this process ends without having done so.

use std::{
    path::Path,
    process::{Child, Stdio},
};

use std::os::unix::process::CommandExt;

use crate::run_as::RunAs;

/// Waits for the end of its input, which comes when the process that holds the other end of the pipe ends in any way.
/// Then requests a fast shutdown of the server if its id is still in `postmaster.pid`. Uses only built-in commands of
/// the shell.
const SCRIPT: &str = r#"read -r nothing
read -r pid < "$1/postmaster.pid" && [ "$pid" = "$2" ] && kill -INT "$pid""#;

/// A shell that outlives this process for a moment. The alternative, a parent death signal, takes unsafe code and
/// exists only on Linux.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
}

impl Watchdog {
    pub(crate) fn start(server: u32, data: &Path, user: &RunAs) -> std::io::Result<Self> {
        let shell = user
            .command("/bin/sh")
            .args(["-c", SCRIPT, "coach-watchdog"])
            .arg(data)
            .arg(server.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C in the terminal must not reach the shell.
            .process_group(0)
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Killed before its input closes, so that it does not stop the server.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
