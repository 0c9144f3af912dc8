//! What is known when a run has ended: the acknowledged mutations, the state of the database, the mails and the kills.

mod collect;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(crate) use collect::{collect, remaining};

use crate::{kill::Kill, progress::Targets};

/// All evidence of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// What the run had to reach.
    pub(crate) targets: Targets,
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// The marks of mutations in the database, each as often as it was found.
    pub(crate) found: Vec<String>,
    pub(crate) letters: Vec<Letter>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) kills: Vec<Kill>,
    pub(crate) remaining: Remaining,
    pub(crate) after: AfterRun,
}

/// Errors after all faults are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AfterRun {
    /// Requests that had to be retried.
    pub(crate) errors: u32,
    /// Transactions that are idle and not closed.
    pub(crate) open: u64,
}

/// A mutation that was acknowledged to its client.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) name: &'static str,
    /// The marks that must be in the database, each exactly once.
    pub(crate) marks: Vec<String>,
}

/// A letter that was enqueued, and its processing as recorded in the database.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) envelope: Uuid,
    pub(crate) kind: String,
    /// The address of the recipient.
    pub(crate) to: String,
    /// Whether the inbox has recorded its message as processed.
    pub(crate) is_done: bool,
    /// The state of its delivery record, if there is one.
    pub(crate) state: Option<String>,
    /// The id of the mail that was recorded as sent.
    pub(crate) marked: Option<String>,
}

/// A mail that the mail server accepted.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) envelope: Uuid,
    /// The name of its file, which is its id too.
    pub(crate) name: String,
    pub(crate) to: String,
    /// The process that sent it.
    pub(crate) process: String,
    pub(crate) at: DateTime<Utc>,
}

/// The work that is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remaining {
    /// Rows of the outbox that were not sent.
    pub(crate) unsent: u64,
    /// Messages that wait or are in flight.
    pub(crate) undelivered: u64,
    /// Dead letters.
    pub(crate) dead: u64,
}
