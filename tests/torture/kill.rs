//! Kills: where processes can be told to end, and what is written down when they do.

use chrono::{DateTime, Utc};

/// Where a command ends.
pub(crate) const OF_COMMANDS: [&str; 2] = ["after-insert", "after-commit"];

/// Where relay and consumers end, in the order of a message's way.
pub(crate) const OF_WORK: [&str; 7] = [
    "after-claim",
    "after-send",
    "before-mark",
    "after-receive",
    "after-effect",
    "before-inbox-commit",
    "before-delete",
];

/// All of them.
pub(crate) fn points() -> impl Iterator<Item = &'static str> {
    OF_COMMANDS.into_iter().chain(OF_WORK)
}

/// An end by SIGKILL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kill {
    /// Which process, such as `worker-1.17` for the seventeenth one in its place; [`DATABASE`] for Postgres.
    pub(crate) process: String,
    /// The named point that it was at; `None` where it was killed at any moment.
    pub(crate) point: Option<&'static str>,
    /// When it was noticed, or done.
    pub(crate) at: DateTime<Utc>,
    /// When what it took away was there again: the same but for the database.
    pub(crate) until: DateTime<Utc>,
}

/// What Postgres is called among processes.
pub(crate) const DATABASE: &str = "postgres";
