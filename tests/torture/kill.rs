//! Kills: the points where processes can be killed, and the record of each kill.

use chrono::{DateTime, Utc};

/// The kill points of commands.
pub(crate) const COMMAND_POINTS: [&str; 2] = ["after-insert", "after-commit"];

/// The kill points of the relay and the consumers, in the order in which a message passes them.
pub(crate) const WORKER_POINTS: [&str; 7] = [
    "after-claim",
    "after-send",
    "before-mark",
    "after-receive",
    "after-effect",
    "before-inbox-commit",
    "before-delete",
];

/// All kill points.
pub(crate) fn points() -> impl Iterator<Item = &'static str> {
    COMMAND_POINTS.into_iter().chain(WORKER_POINTS)
}

/// A SIGKILL of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kill {
    /// The process, such as `worker-1.17` for the seventeenth one in its slot; [`DATABASE`] for Postgres.
    pub(crate) process: String,
    /// The kill point that it was at; `None` when it was killed at a random moment.
    pub(crate) point: Option<&'static str>,
    /// When the campaign killed the process, or noticed that it was killed at its point.
    pub(crate) at: DateTime<Utc>,
    /// For Postgres, when it was available again; for other processes the same as `at`.
    pub(crate) until: DateTime<Utc>,
}

/// The name of Postgres among the processes.
pub(crate) const DATABASE: &str = "postgres";
