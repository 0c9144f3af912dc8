//! The server process: starting it, waiting for it, stopping it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use rustix::process::{Pid, Signal};

use crate::{
    Error,
    binaries::Binaries,
    lock::no_follow,
    postmaster, ready,
    run_as::RunAs,
    sockets::{PORT, Sockets},
    watchdog::Watchdog,
};

const READY_TIMEOUT: Duration = Duration::from_mins(1);
/// A log that is larger at the start is truncated.
const MAX_LOG_BYTES: u64 = 10 * 1024 * 1024;

/// Settings of all servers. Given on the command line, they override the configuration file of the data folder.
const COMMON_SETTINGS: [&str; 5] = [
    "listen_addresses=",
    "logging_collector=off",
    "log_destination=stderr",
    "timezone=UTC",
    "log_timezone=UTC",
];
const DURABLE_SETTINGS: [&str; 1] = ["max_connections=300"];
/// For tests, which copy hundreds of databases and need none after a crash.
const FAST_SETTINGS: [&str; 6] = [
    "max_connections=400",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
];

/// How to start the server.
pub(crate) struct Plan<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) user: &'a RunAs,
    pub(crate) data: &'a Path,
    pub(crate) log: &'a Path,
    pub(crate) sockets: &'a Sockets,
    pub(crate) durable: bool,
    pub(crate) shared_buffers: u32,
}

/// A running server, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    watchdog: Option<Watchdog>,
    running: bool,
}

impl Server {
    /// Starts the server and waits until it accepts connections.
    pub(crate) fn start(plan: &Plan<'_>) -> Result<Self, Error> {
        let mut log = Log::open(plan.log).map_err(Error::io("open", plan.log))?;
        let mut command = plan.command();
        log.redirect(&mut command)
            .map_err(Error::io("open", plan.log))?;
        let child = command
            .spawn()
            .map_err(Error::io("run", command.get_program().as_ref()))?;
        let mut server = Self {
            child,
            watchdog: None,
            running: true,
        };
        let shell = Path::new("/bin/sh");
        let watchdog = Watchdog::start(server.pid(), plan.data, plan.user);
        server.watchdog = Some(watchdog.map_err(Error::io("run", shell))?);
        server.wait_until_ready(plan, &mut log)?;
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Requests a fast shutdown, which ends sessions and loses nothing. Escalates to an immediate shutdown after ten
    /// seconds, and to SIGKILL after another ten.
    pub(crate) fn stop(&mut self) -> Result<(), Error> {
        if !self.running {
            return Ok(());
        }
        self.running = false;
        self.watchdog = None;
        for signal in [Signal::INT, Signal::QUIT] {
            // An exited child keeps its id until it is waited for, so the signal cannot reach another process.
            if let Ok(None) = self.child.try_wait() {
                postmaster::signal(Pid::from_child(&self.child), signal);
            }
            if postmaster::wait_until(Duration::from_secs(10), || {
                !matches!(self.child.try_wait(), Ok(None))
            }) {
                return Ok(());
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        Err(Error::Killed { pid: self.pid() })
    }

    fn wait_until_ready(&mut self, plan: &Plan<'_>, log: &mut Log) -> Result<(), Error> {
        let socket = plan.sockets.socket();
        let mut last_error = String::new();
        let mut exited = None;
        let ended = postmaster::wait_until(READY_TIMEOUT, || {
            exited = self.child.try_wait().ok().flatten();
            exited.is_some()
                || ready::probe(&socket)
                    .map_err(|error| last_error = error)
                    .is_ok()
        });
        match (ended, exited) {
            (true, None) => Ok(()),
            (_, Some(status)) => {
                self.running = false;
                Err(Error::Exited {
                    status,
                    log: plan.log.to_owned(),
                    data: plan.data.to_owned(),
                    tail: log.tail(),
                })
            }
            (false, None) => Err(Error::NotReady {
                seconds: READY_TIMEOUT.as_secs(),
                answer: last_error,
                log: plan.log.to_owned(),
                tail: log.tail(),
            }),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::warn!(%error, "stopping the embedded Postgres");
        }
    }
}

impl Plan<'_> {
    /// Runs the server itself rather than `pg_ctl`, so that it is a child of this process, which learns its exit
    /// status.
    fn command(&self) -> Command {
        let mut command = self.user.command(self.binaries.bin.join("postgres"));
        command
            .arg("-D")
            .arg(self.data)
            .arg("-k")
            .arg(self.sockets.folder())
            .args(["-p", &PORT.to_string()])
            // Ctrl-C in the terminal must not reach the server: this process stops it after its clients have finished.
            .process_group(0);
        let mode: &[&str] = if self.durable {
            &DURABLE_SETTINGS
        } else {
            &FAST_SETTINGS
        };
        for setting in COMMON_SETTINGS.iter().chain(mode) {
            command.args(["-c", setting]);
        }
        command.args(["-c", &format!("shared_buffers={}MB", self.shared_buffers)]);
        command
    }
}

/// The server's log file, and the offset at which this run begins.
struct Log {
    file: File,
    path: PathBuf,
    begin: u64,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(no_follow())
            .open(path)?;
        if file.metadata()?.len() > MAX_LOG_BYTES {
            file.set_len(0)?;
        }
        Ok(Self {
            begin: file.metadata()?.len(),
            path: path.to_owned(),
            file,
        })
    }

    /// Redirects the command's output to the log.
    fn redirect(&self, command: &mut Command) -> io::Result<()> {
        command
            .stdout(self.file.try_clone()?)
            .stderr(self.file.try_clone()?);
        Ok(())
    }

    /// The last 15 lines of this run.
    fn tail(&self) -> String {
        let mut bytes = Vec::new();
        // An unreadable log must not hide the original error.
        let _ = File::open(&self.path).and_then(|mut file| {
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(
                self.begin.max(end.saturating_sub(16 * 1024)),
            ))?;
            file.read_to_end(&mut bytes)
        });
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}
