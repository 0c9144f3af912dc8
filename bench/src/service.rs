//! A server that is measured: a process of its own, stopped when dropped.

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

const READY_WITHIN: Duration = Duration::from_mins(1);
/// What the gateway promises.
const ENDED_WITHIN: Duration = Duration::from_secs(15);

/// Waits for the end of its input, which comes when this process dies, however it dies; then stops the server. Only
/// built-in commands of the shell.
const WATCHDOG: &str = "read -r nothing; kill -TERM \"$1\"";

/// A running server.
pub(crate) struct Service {
    /// What tables call it.
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    child: Child,
    watchdog: Child,
    log: PathBuf,
}

impl Service {
    /// Starts a server, and waits until `/health/ready` says yes. Its log goes into a file of its name in `home`.
    pub(crate) async fn start(
        name: &'static str,
        address: SocketAddr,
        mut command: Command,
        home: &Path,
    ) -> anyhow::Result<Self> {
        let log = home.join(format!("{}.log", name.replace(' ', "-")));
        File::create(&log).with_context(|| log.display().to_string())?;
        // What is appended to can be emptied while it is written.
        let output = OpenOptions::new().append(true).open(&log)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C in the terminal is for us.
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

    /// Lets it do nothing at all.
    pub(crate) fn pause(&self) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::STOP)?)
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::CONT)?)
    }

    /// The address of one of its routes.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Empties its log, which a long measurement would let grow without end.
    pub(crate) fn empty_log(&self) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.log)?.set_len(0)
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::new();
        let (begun, url) = (Instant::now(), self.url("/health/ready"));
        loop {
            let answer = client.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > READY_WITHIN {
                let (name, log) = (self.name, self.log.display());
                bail!("the {name} does not get ready ({ended:?}); its log is {log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Before its input closes, so that it does nothing.
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let _ = self.go_on();
        // A child that has ended keeps its id until we have waited for it, so no other process is hit.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        }
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begun.elapsed() > ENDED_WITHIN {
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

/// An address that nobody has at the moment.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_ends_is_told_with_its_log() {
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
