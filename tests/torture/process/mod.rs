//! The processes under test: the binary `coach`, started as operators start it.

mod kind;
mod watchdog;

use std::{
    fs::OpenOptions,
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, ensure};
use tokio::process::{Child, Command};

pub(crate) use kind::Kind;
pub(crate) use watchdog::Watchdog;

/// How long a worker may process a message. Even a busy machine needs far less.
pub(crate) const DEADLINE: std::time::Duration = std::time::Duration::from_secs(5);

/// A place in the fleet: its process is replaced by another one when it ends.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// Such as `worker-1`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) port: u16,
}

impl Slot {
    /// The URL of one of its routes.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// What all processes of a run are started with.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// The folder of all files of the run.
    pub(crate) home: PathBuf,
    /// Environment variables, the same for all processes.
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl Environment {
    /// Starts a process in a slot. With a kill point and a count it is killed when it reaches the point for that
    /// many-th time.
    pub(crate) fn start(
        &self,
        slot: &Slot,
        name: &str,
        end_at: Option<(&str, usize)>,
    ) -> anyhow::Result<Child> {
        let log = self.log(slot);
        let log = OpenOptions::new().append(true).create(true).open(log)?;
        let mut command = self.command()?;
        command
            .args(slot.kind.arguments())
            .env("COACH_LISTEN", format!("127.0.0.1:{}", slot.port))
            // A mailbox of its own, so that each mail shows which process sent it.
            .env("COACH_MAIL", self.mail().join(name))
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some((point, times)) = end_at {
            command.env("COACH_KILL_AT", format!("{point}:{times}"));
        }
        Ok(command.spawn()?)
    }

    /// Runs a subcommand as operators do, and waits until it has succeeded.
    pub(crate) async fn run_command(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = self.command()?.args(arguments).output().await?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "coach {}: {stderr}",
            arguments.join(" ")
        );
        Ok(())
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(binary()?);
        command
            // Neither a `coach.toml` in the current directory nor settings in the environment are meant for this.
            .current_dir(&self.home)
            .env_clear()
            .envs(self.settings.iter().cloned())
            .env("COACH_HOME", &self.home)
            // Members' tokens are signed with the key in that folder.
            .env("COACH_AUTH_LOCAL", "yes")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }

    /// The folder with a mailbox for each process.
    pub(crate) fn mail(&self) -> PathBuf {
        self.home.join("mail")
    }

    /// The file that the processes of a slot write their output to.
    pub(crate) fn log(&self, slot: &Slot) -> PathBuf {
        self.home.join(&slot.name).with_extension("log")
    }
}

/// `coach`, as built by `cargo build --workspace`: with kill points.
fn binary() -> anyhow::Result<PathBuf> {
    let binary = target()?.join("debug/coach");
    ensure!(
        binary.is_file(),
        "{} is missing: cargo build --workspace",
        binary.display()
    );
    Ok(binary)
}

/// Cargo's target folder: this program is in its `debug`, or in `debug/deps` when it is under test.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let debug = own.ancestors().find(|folder| folder.ends_with("debug"));
    let target = debug.and_then(Path::parent).map(Path::to_owned);
    target.context("this program is not in a folder of cargo's")
}

/// A free port, below the ephemeral range: while a process is down, a client that connects to its port could be
/// assigned the same port as its source port, and the next process could not bind it.
pub(crate) fn free_port() -> io::Result<u16> {
    use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    loop {
        let port = first + NEXT.fetch_add(1, Relaxed) % 2_000;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
}
