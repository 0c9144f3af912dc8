//! What is known when a run has ended: what was acknowledged, what is there, and who was killed.

mod collect;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(crate) use collect::{collect, left};

use crate::{kill::Kill, progress::Wanted};

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// What the run was to come to.
    pub(crate) wanted: Wanted,
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// The marks that mutations have left, each as often as it is there.
    pub(crate) found: Vec<String>,
    pub(crate) letters: Vec<Letter>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) kills: Vec<Kill>,
    pub(crate) left: Left,
    pub(crate) after: After,
}

/// What is still wrong when all faults are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct After {
    /// Requests that were not answered as they should be.
    pub(crate) errors: u32,
    /// Transactions that are open and that nobody works on.
    pub(crate) open: u64,
}

/// A mutation that a phone was told to be done.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) name: &'static str,
    /// What is in the database now, each exactly once.
    pub(crate) marks: Vec<String>,
}

/// A letter that was owed, and what became of it by our own records.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) envelope: Uuid,
    pub(crate) kind: String,
    /// Whom it is for.
    pub(crate) to: String,
    /// Whether the inbox has it as done.
    pub(crate) is_done: bool,
    /// Its state, where there is one.
    pub(crate) state: Option<String>,
    /// Which of its mails was marked as sent.
    pub(crate) marked: Option<String>,
}

/// A mail that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) envelope: Uuid,
    /// Its file.
    pub(crate) name: String,
    pub(crate) to: String,
    /// Who handed it in.
    pub(crate) process: String,
    pub(crate) at: DateTime<Utc>,
}

/// What was not done in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// Rows of the outbox that were not sent.
    pub(crate) unsent: u64,
    /// Messages that wait or are in flight.
    pub(crate) undelivered: u64,
    /// Dead letters.
    pub(crate) dead: u64,
}
