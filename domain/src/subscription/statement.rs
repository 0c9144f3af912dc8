//! Statements of shops, and which of two statements on the same subject takes precedence.

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};

use super::Entitlement;
use crate::enums::stored_enum;

stored_enum! {
    /// What a statement is about.
    Subject {
        /// The state of the subscription as a whole.
        Subscription = "SUBSCRIPTION",
        /// The trial of the subscription.
        Trial = "TRIAL",
        /// The renewal of the subscription.
        Renewal = "RENEWAL",
        /// One transaction: a paid period or a trial.
        Transaction = "TRANSACTION",
    }
}

/// The stage in a subscription's life that a statement belongs to. Of two statements with the same time, the one with
/// the later stage takes precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The subscription begins.
    Started,
    /// The subscription changes or is renewed.
    Changed,
    /// The subscription ends.
    Ended,
}

/// A statement of a shop. Which fields have a value depends on the subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
pub struct Statement {
    /// What the statement is about.
    pub(crate) subject: Subject,
    /// The shop's id of the transaction; empty for other subjects.
    pub(crate) transaction_id: String,
    pub(crate) product_id: Option<String>,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    /// The agreed end of the period. `None` for a subscription as a whole means that it never ends.
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// Whether the transaction is a trial.
    pub(crate) is_trial: bool,
    /// When the transaction was revoked, whatever its end.
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) grace_ends_at: Option<DateTime<Utc>>,
    /// `None` if the statement does not mention it.
    pub(crate) will_renew: Option<bool>,
    /// The time of the statement.
    pub(crate) said_at: DateTime<Utc>,
    /// The sort key: of two statements on the same subject the one with the greater text takes precedence.
    pub(crate) said: String,
}

/// One transaction of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The shop's id of the transaction; not empty.
    pub id: String,
    /// The product that was bought.
    pub product_id: String,
    /// When its period begins.
    pub starts_at: Option<DateTime<Utc>>,
    /// When its period ends.
    pub ends_at: DateTime<Utc>,
    /// Whether it is a free trial.
    pub is_trial: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Statement {
    /// Statements on the state of a subscription as a whole. The trial is a separate statement, so that a later
    /// statement without it does not remove it.
    pub fn for_subscription(
        entitlement: &Entitlement,
        at: DateTime<Utc>,
        stage: Stage,
    ) -> Vec<Self> {
        let whole = Self {
            ends_at: entitlement.expires_at,
            grace_ends_at: entitlement.grace_ends_at,
            will_renew: Some(entitlement.will_renew),
            ..Self::new(Subject::Subscription, at)
        };
        let trial = entitlement.trial_ends_at.map(|end| Self {
            ends_at: Some(end),
            ..Self::new(Subject::Trial, at)
        });
        let all = std::iter::once(whole).chain(trial);
        all.map(|it| it.with_sort_key(stage)).collect()
    }

    /// A statement on the renewal of a subscription, independent of its transactions.
    pub fn for_renewal(
        will_renew: bool,
        grace_ends_at: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
        stage: Stage,
    ) -> Self {
        let renewal = Self {
            grace_ends_at,
            will_renew: Some(will_renew),
            ..Self::new(Subject::Renewal, at)
        };
        renewal.with_sort_key(stage)
    }

    /// A statement on one transaction.
    pub fn for_transaction(transaction: Transaction, at: DateTime<Utc>, stage: Stage) -> Self {
        let statement = Self {
            transaction_id: transaction.id,
            product_id: Some(transaction.product_id),
            starts_at: transaction.starts_at,
            ends_at: Some(transaction.ends_at),
            is_trial: transaction.is_trial,
            revoked_at: transaction.revoked_at,
            ..Self::new(Subject::Transaction, at)
        };
        statement.with_sort_key(stage)
    }

    /// Whether both are about the same subject, and the same transaction if it is one.
    pub(crate) fn has_same_subject(&self, other: &Self) -> bool {
        (self.subject, &self.transaction_id) == (other.subject, &other.transaction_id)
    }

    fn new(subject: Subject, at: DateTime<Utc>) -> Self {
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

    /// Sets the sort key: time, then stage. Of two statements with the same time and stage, the one that takes
    /// something away (a refund, a failed payment, a cancellation) takes precedence, since it follows the one that
    /// granted it. All other fields come last, so that statements that differ never have the same key.
    fn with_sort_key(self, stage: Stage) -> Self {
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
