//! What a shop says on one thing, and which of two statements on the same thing counts.

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};

use super::Entitlement;
use crate::preferences::stored_enum;

stored_enum! {
    /// What a statement is on.
    Subject {
        /// The subscription, whatever it was paid with: how it stands.
        Subscription = "SUBSCRIPTION",
        /// Its trial.
        Trial = "TRIAL",
        /// How it goes on.
        Renewal = "RENEWAL",
        /// One transaction: a period that was paid for, or tried out.
        Transaction = "TRANSACTION",
    }
}

/// Where in a subscription's life a statement belongs: of two of one time, the later stage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It begins.
    Begun,
    /// It goes on, in whichever way.
    Changed,
    /// It is over.
    Over,
}

/// A statement. Which fields have a value depends on what it is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
pub struct Statement {
    /// What it is on.
    pub(super) subject: Subject,
    /// What the shop calls the transaction; empty for all else.
    pub(super) transaction_id: String,
    pub(super) product_id: Option<String>,
    pub(super) starts_at: Option<DateTime<Utc>>,
    /// The end as it was agreed; `None` of a whole subscription: it has none.
    pub(super) ends_at: Option<DateTime<Utc>>,
    /// Whether the transaction is a trial.
    pub(super) is_trial: bool,
    /// From when on the transaction gives nothing any more, whatever its end.
    pub(super) revoked_at: Option<DateTime<Utc>>,
    pub(super) grace_ends_at: Option<DateTime<Utc>>,
    /// `None` where nothing is said of it.
    pub(super) will_renew: Option<bool>,
    pub(super) said_at: DateTime<Utc>,
    /// Sorts as text: of two statements on the same thing the higher one counts.
    pub(super) said: String,
}

/// One transaction, as its shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What the shop calls it; not empty.
    pub id: String,
    /// What was bought.
    pub product_id: String,
    /// When its period begins.
    pub starts_at: Option<DateTime<Utc>>,
    /// When its period ends.
    pub ends_at: DateTime<Utc>,
    /// Whether nothing was paid for it.
    pub is_trial: bool,
    /// From when on it gives nothing any more.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Statement {
    /// How a subscription stands. A trial that is not mentioned stays known, so it is a statement of its own.
    pub fn on_subscription(
        entitlement: &Entitlement,
        at: DateTime<Utc>,
        stage: Stage,
    ) -> Vec<Self> {
        let whole = Self {
            ends_at: entitlement.expires_at,
            grace_ends_at: entitlement.grace_ends_at,
            will_renew: Some(entitlement.will_renew),
            ..Self::empty(Subject::Subscription, at)
        };
        let trial = entitlement.trial_ends_at.map(|end| Self {
            ends_at: Some(end),
            ..Self::empty(Subject::Trial, at)
        });
        let all = std::iter::once(whole).chain(trial);
        all.map(|it| it.ordered(stage)).collect()
    }

    /// How a subscription goes on, apart from what was paid for.
    pub fn on_renewal(
        will_renew: bool,
        grace_ends_at: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
        stage: Stage,
    ) -> Self {
        let renewal = Self {
            grace_ends_at,
            will_renew: Some(will_renew),
            ..Self::empty(Subject::Renewal, at)
        };
        renewal.ordered(stage)
    }

    /// What is to be known of one transaction.
    pub fn on_transaction(transaction: Transaction, at: DateTime<Utc>, stage: Stage) -> Self {
        let stated = Self {
            transaction_id: transaction.id,
            product_id: Some(transaction.product_id),
            starts_at: transaction.starts_at,
            ends_at: Some(transaction.ends_at),
            is_trial: transaction.is_trial,
            revoked_at: transaction.revoked_at,
            ..Self::empty(Subject::Transaction, at)
        };
        stated.ordered(stage)
    }

    /// Whether two are on the same thing.
    pub(super) fn is_on_the_same(&self, other: &Self) -> bool {
        (self.subject, &self.transaction_id) == (other.subject, &other.transaction_id)
    }

    fn empty(subject: Subject, at: DateTime<Utc>) -> Self {
        Self {
            subject,
            transaction_id: String::new(),
            product_id: None,
            starts_at: None,
            ends_at: None,
            is_trial: false,
            revoked_at: None,
            grace_ends_at: None,
            will_renew: None,
            said_at: at,
            said: String::new(),
        }
    }

    /// Orders by time, then by stage. Of two of one time and stage the one counts that takes something away (a refund, a
    /// failed payment, a cancellation), for it was said of what the other one gave; then all that it says, so that no
    /// two that differ are equal.
    fn ordered(self, stage: Stage) -> Self {
        let micros = |at: Option<DateTime<Utc>>| at.map_or(0, |at| at.timestamp_micros().max(0));
        let flag = |is: bool| u8::from(is);
        let said = format!(
            "{:020} {} {}{}{} {:020} {:020} {:020} {:020} {} {}",
            micros(Some(self.said_at)),
            stage as u8,
            flag(self.revoked_at.is_some()),
            flag(self.grace_ends_at.is_some()),
            flag(self.will_renew == Some(false)),
            micros(self.ends_at),
            micros(self.grace_ends_at),
            micros(self.revoked_at),
            micros(self.starts_at),
            flag(self.is_trial),
            self.product_id.as_deref().unwrap_or_default(),
        );
        Self { said, ..self }
    }
}
