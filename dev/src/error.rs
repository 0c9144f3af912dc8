//! Errors of the embedded Postgres, each with instructions for the user.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
};

/// Why the embedded Postgres is not available. The message is meant for the user at the terminal.
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
        /// The id of the process that holds the lock, as written in the lock file.
        pid: String,
    },

    /// `COACH_POSTGRES_BIN` is set but holds no usable Postgres.
    #[error(
        "COACH_POSTGRES_BIN={} cannot be used: {reason}; set it to the folder that holds `postgres` and `initdb` of \
         Postgres 15 or later, or unset it to search for one", folder.display()
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
        /// What was found or tried, and why it is unsuitable.
        rejected: Vec<String>,
    },

    /// The data of a standby could not be copied.
    #[error("pg_basebackup into {} failed: {output}", folder.display())]
    BaseBackup {
        /// The folder of the copy.
        folder: PathBuf,
        /// What the program said.
        output: String,
    },

    /// The process runs as root, and there is no unprivileged account to run Postgres as.
    #[error(
        "Postgres does not run as root, and there is neither an account `postgres` nor `nobody` to run it as; \
         create one with `useradd --system postgres`, or start as an ordinary user"
    )]
    NoAccount,

    /// A folder for the data belongs to another account, which could read or change the data.
    #[error(
        "{} belongs to another account (uid {owner}); start as that account, delete the folder, or set COACH_HOME \
         to another one", folder.display()
    )]
    OwnedByOther {
        /// The folder.
        folder: PathBuf,
        /// Its owner.
        owner: u32,
    },

    /// The data is in a folder that the account of Postgres cannot enter.
    #[error(
        "{} holds a database that the account `{user}` cannot reach; allow entering the folders above it \
         (`chmod o+x`), delete it, or set COACH_HOME to another folder", folder.display()
    )]
    Unreachable {
        /// The folder.
        folder: PathBuf,
        /// The account that runs Postgres.
        user: String,
    },

    /// `initdb` failed.
    #[error(
        "the database cluster could not be created in {}; fix the problem that `initdb` reports and start again:\n{output}",
        folder.display()
    )]
    Initdb {
        /// The folder of the cluster.
        folder: PathBuf,
        /// What it printed.
        output: String,
    },

    /// The server exited before it accepted connections.
    #[error(
        "Postgres ended at once ({status}); its log {} ends with the lines below. If you do not need the data, \
         delete {} and start again:\n{tail}", log.display(), data.display()
    )]
    Exited {
        /// Its exit status.
        status: ExitStatus,
        /// The path of its log.
        log: PathBuf,
        /// The path of its data.
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
        /// How long it was waited for, in seconds.
        seconds: u64,
        /// The error of the last attempt to connect.
        answer: String,
        /// The path of its log.
        log: PathBuf,
        /// The last lines that this run logged.
        tail: String,
    },

    /// The server of a killed process does not stop.
    #[error(
        "the Postgres of an earlier run (pid {pid}) does not stop; end it with `kill -9 {pid}` and start again"
    )]
    LeftOver {
        /// Its process id.
        pid: i32,
    },

    /// The server did not stop in time and was killed.
    #[error(
        "Postgres (pid {pid}) had to be killed; nothing committed is lost, the next start replays its log"
    )]
    Killed {
        /// Its process id.
        pid: u32,
    },

    /// A system call failed.
    #[error(
        "cannot {action} {}: {cause}; make sure that this account may do that there, or set COACH_HOME to another \
         folder", path.display()
    )]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The path it was tried on.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io {
            action,
            path,
            cause,
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
