//! Stopping the server when this process is gone without having done so.

use std::{
    path::Path,
    process::{Child, Stdio},
};

use std::os::unix::process::CommandExt;

use super::run_as::RunAs;

/// Waits for the end of its input, which comes when the process that holds the other end dies, however it dies; then
/// asks the server to stop if it is still the one that is written down. Only built-in commands of the shell.
const SCRIPT: &str = r#"read -r nothing
read -r pid < "$1/postmaster.pid" && [ "$pid" = "$2" ] && kill -INT "$pid""#;

/// A shell that outlives us for a moment. Asking the kernel to do this takes unsafe code, and only Linux can.
#[derive(Debug)]
pub(super) struct Watchdog {
    shell: Child,
}

impl Watchdog {
    pub(super) fn start(server: u32, data: &Path, user: &RunAs) -> std::io::Result<Self> {
        let shell = user
            .command("/bin/sh")
            .args(["-c", SCRIPT, "coach-watchdog"])
            .arg(data)
            .arg(server.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C in the terminal is for us, not for it.
            .process_group(0)
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Before its input closes, so that it does nothing.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
