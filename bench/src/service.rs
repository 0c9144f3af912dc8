//! A server to measure: a separate process, which is stopped when dropped.

use std::{
    fs::{File, OpenOptions},
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

const READY_TIMEOUT: Duration = Duration::from_mins(1);
/// The gateway guarantees to stop within this time.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// A shell script that waits for the end of its input, which is when this process ends for any reason, and then stops
/// the server. It uses only commands that are built into the shell.
const WATCHDOG: &str = "read -r nothing; kill -TERM \"$1\"";

/// A running server.
pub(crate) struct Service {
    /// The name in tables.
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    child: Child,
    watchdog: Child,
    log: PathBuf,
}

impl Service {
    /// Starts a server, and waits until `/health/ready` responds with 200. The server logs to `NAME.log` in `home`.
    pub(crate) async fn start(
        name: &'static str,
        address: SocketAddr,
        mut command: Command,
        home: &Path,
    ) -> anyhow::Result<Self> {
        let log = home.join(format!("{}.log", name.replace(' ', "-")));
        File::create(&log).with_context(|| log.display().to_string())?;
        // In append mode, so that the log can be truncated while the server writes to it.
        let output = OpenOptions::new().append(true).open(&log)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C in the terminal must only reach this process.
            .process_group(0)
            .spawn()
            .with_context(|| command.get_program().display().to_string())?;
        let watchdog = match watchdog(child.id()) {
            Ok(watchdog) => watchdog,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error.into());
            }
        };
        let mut service = Self {
            name,
            address,
            child,
            watchdog,
            log,
        };
        service.wait_until_ready().await?;
        Ok(service)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops the execution of the process (`SIGSTOP`).
    pub(crate) fn pause(&self) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::STOP)?)
    }

    /// Continues the execution of the process (`SIGCONT`).
    pub(crate) fn resume(&self) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::CONT)?)
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Truncates the log, which would otherwise grow without limit during long measurements.
    pub(crate) fn truncate_log(&self) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.log)?.set_len(0)
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::new();
        let (started, url) = (Instant::now(), self.url("/health/ready"));
        loop {
            let response = client.get(&url).send().await;
            if response.is_ok_and(|response| response.status() == 200) {
                return Ok(());
            }
            let exit_status = self.child.try_wait()?;
            if exit_status.is_some() || started.elapsed() > READY_TIMEOUT {
                let (name, log) = (self.name, self.log.display());
                bail!("the {name} does not get ready ({exit_status:?}); its log is {log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // First, because it would stop the server when its input closes.
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let _ = self.resume();
        // The id of an ended child is not reused until we have waited for it, so no other process gets the signal.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        }
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if started.elapsed() > STOP_TIMEOUT {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn watchdog(server: u32) -> io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", WATCHDOG, "coach-bench-watchdog", &server.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// A local address that is not in use at the moment.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_error_of_a_server_that_ends_names_its_log() {
        let home = std::env::temp_dir().join(format!("coach-bench-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo no luck >&2; exit 3"]);
        let address = free_address().unwrap();
        let started = Service::start("short one", address, command, &home).await;
        let error = started.err().unwrap().to_string();
        assert!(error.contains("short-one.log"), "{error}");
        let log = std::fs::read_to_string(home.join("short-one.log")).unwrap();
        assert_eq!(log, "no luck\n");
        std::fs::remove_dir_all(&home).unwrap();
    }
}
