//! The processes that are tortured: the binary `coach`, as operators start it.

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

/// How long the work on a message may take. A busy machine needs far less.
pub(crate) const DEADLINE: std::time::Duration = std::time::Duration::from_secs(5);

/// A place that has a process, and another one when that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// Such as `worker-1`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) port: u16,
}

impl Slot {
    /// The address of one of its routes.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// How all processes of a run are started.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// The folder of everything that the run leaves.
    pub(crate) home: PathBuf,
    /// All that is set, the same for all.
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl Surroundings {
    /// Starts a process in a slot; with a named point and a number it ends when it gets there for the so-many-th time.
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
            // So that each mail tells who sent it.
            .env("COACH_MAIL", self.mail().join(name))
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some((point, times)) = end_at {
            command.env("COACH_KILL_AT", format!("{point}:{times}"));
        }
        Ok(command.spawn()?)
    }

    /// Runs a verb as operators do, to its end.
    pub(crate) async fn operate(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = self.command()?.args(arguments).output().await?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "coach {}: {told}",
            arguments.join(" ")
        );
        Ok(())
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(binary()?);
        command
            // A `coach.toml` where we were started, and settings in the shell, are for other work.
            .current_dir(&self.home)
            .env_clear()
            .envs(self.settings.iter().cloned())
            .env("COACH_HOME", &self.home)
            // Members' tokens are signed by the key in that home.
            .env("COACH_AUTH_LOCAL", "yes")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }

    /// The folder with a mailbox for each process.
    pub(crate) fn mail(&self) -> PathBuf {
        self.home.join("mail")
    }

    /// Where the processes of a slot write to.
    pub(crate) fn log(&self, slot: &Slot) -> PathBuf {
        self.home.join(&slot.name).with_extension("log")
    }
}

/// `coach`, as `cargo build --workspace` made it: with kill points.
fn binary() -> anyhow::Result<PathBuf> {
    let binary = target()?.join("debug/coach");
    ensure!(
        binary.is_file(),
        "{} is missing: cargo build --workspace",
        binary.display()
    );
    Ok(binary)
}

/// Cargo's folder that this program is in: in `debug`, or in `debug/deps` where it is tested.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let debug = own.ancestors().find(|folder| folder.ends_with("debug"));
    let target = debug.and_then(Path::parent).map(Path::to_owned);
    target.context("this program is not in a folder of cargo's")
}

/// A port that nobody has. Below those that the system gives to who connects: while a process is away, a connection to
/// its port could be given just that one, and the next process would find it taken.
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
