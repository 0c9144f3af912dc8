//! What can go wrong, each with what mends it.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
};

/// Why the private Postgres is not there. The message is meant for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another live process holds the lock of the home or of its data.
    #[error(
        "another `coach dev` or test run (pid {pid}) uses {}; stop it, or give this one a folder of its own with \
         COACH_HOME", folder.display()
    )]
    InUse {
        /// The folder that is locked.
        folder: PathBuf,
        /// Who holds it, as it wrote itself down.
        pid: String,
    },

    /// `COACH_POSTGRES_BIN` was set and does not lead to a usable Postgres.
    #[error(
        "COACH_POSTGRES_BIN={} cannot be used: {reason}; set it to the folder that holds `postgres` and `initdb` of \
         Postgres 15 or later, or unset it to have one looked for", folder.display()
    )]
    Bin {
        /// Its value.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// There is no usable Postgres on this machine.
    #[error(
        "no Postgres 15 or later was found{}; install one (Debian: `sudo apt-get install postgresql`, macOS: \
         `brew install postgresql@17`), or set COACH_POSTGRES_BIN to the folder that holds `postgres` and `initdb`",
        rejections(rejected)
    )]
    NotFound {
        /// What was found or tried, and why it would not do.
        rejected: Vec<String>,
    },

    /// Root has no account to give Postgres to.
    #[error(
        "Postgres does not run as root, and there is neither an account `postgres` nor `nobody` to run it as; \
         create one with `useradd --system postgres`, or start as an ordinary user"
    )]
    NoAccount,

    /// A folder that should be ours belongs to another account, which could read or change the data.
    #[error(
        "{} belongs to another account (uid {owner}); start as that account, delete the folder, or set COACH_HOME \
         to another one", folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Its owner.
        owner: u32,
    },

    /// There is data in a place where the account that runs Postgres cannot go.
    #[error(
        "{} holds a database that the account `{user}` cannot reach; allow entering the folders above it \
         (`chmod o+x`), delete it, or set COACH_HOME to another folder", folder.display()
    )]
    Unreachable {
        /// The folder.
        folder: PathBuf,
        /// Whom Postgres runs as.
        user: String,
    },

    /// `initdb` failed.
    #[error(
        "the database cluster could not be created in {}; mend what `initdb` says and start again:\n{output}",
        folder.display()
    )]
    Initdb {
        /// Where.
        folder: PathBuf,
        /// What it printed.
        output: String,
    },

    /// The server ended while we waited for it.
    #[error(
        "Postgres ended at once ({status}); its log {} ends with the lines below. Where the data is of no worth, \
         delete {} and start again:\n{tail}", log.display(), data.display()
    )]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// Where its log is.
        log: PathBuf,
        /// Where its data is.
        data: PathBuf,
        /// The last lines that this run logged.
        tail: String,
    },

    /// The server runs but does not accept connections.
    #[error(
        "Postgres did not accept connections within {seconds} seconds (last answer: {answer}); start again when the \
         machine is less busy, or see its log {}, which ends with:\n{tail}", log.display()
    )]
    NotReady {
        /// How long we waited.
        seconds: u64,
        /// What the last attempt to connect brought.
        answer: String,
        /// Where its log is.
        log: PathBuf,
        /// The last lines that this run logged.
        tail: String,
    },

    /// The server of a killed run does not stop.
    #[error(
        "the Postgres of an earlier run (pid {pid}) does not stop; end it with `kill -9 {pid}` and start again"
    )]
    LeftOver {
        /// Its process.
        pid: i32,
    },

    /// Our own server did not stop in time.
    #[error(
        "Postgres (pid {pid}) had to be killed; nothing committed is lost, the next start replays its log"
    )]
    Killed {
        /// Its process.
        pid: u32,
    },

    /// The system refused something.
    #[error(
        "cannot {action} {}: {cause}; make sure that this account may do that there, or set COACH_HOME to another \
         folder", path.display()
    )]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
}

impl Error {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io {
            action,
            path,
            cause,
        }
    }

    pub(super) fn bin(folder: &Path, reason: String) -> Self {
        Self::Bin {
            folder: folder.to_owned(),
            reason,
        }
    }
}

fn rejections(rejected: &[String]) -> String {
    if rejected.is_empty() {
        String::new()
    } else {
        format!(" ({})", rejected.join("; "))
    }
}
