//! Leases of the outbox's partitions, for queues that keep the order of a member's messages: one relay at a time sends
//! the rows of a partition.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{Result, database::Pool, outbox, queue::QueueName};
use uuid::Uuid;

/// The duration of a lease. Rows are claimed no longer than that, so that the next relay of a partition finds none of
/// them claimed by another, which it would overtake.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// Leases are renewed this long before they end.
const RENEWAL_MARGIN: TimeDelta = TimeDelta::seconds(20);

/// The partitions of one queue that this relay has leased.
#[derive(Debug)]
pub(super) struct Partitions {
    relay: Uuid,
    leased: Vec<i16>,
    until: DateTime<Utc>,
    /// Partitions whose next row is retried at this time. The rows after it have to wait for it.
    deferred: HashMap<i16, DateTime<Utc>>,
}

impl Partitions {
    /// No partitions: the first [`Self::renew`] leases some.
    pub(super) fn new(relay: Uuid) -> Self {
        Self {
            relay,
            leased: Vec::new(),
            until: DateTime::UNIX_EPOCH,
            deferred: HashMap::new(),
        }
    }

    /// Renews the leases, and leases partitions that are free, when that is due. Returns when the leases end.
    pub(super) async fn renew(
        &mut self,
        pool: &Pool,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        if now + RENEWAL_MARGIN >= self.until {
            let until = now + LEASE;
            self.leased = outbox::renew_partitions(pool, queue, self.relay, now, until).await?;
            self.until = until;
        }
        Ok(self.until)
    }

    /// The leased partitions that are not deferred.
    pub(super) fn ready(&mut self, now: DateTime<Utc>) -> Vec<i16> {
        self.deferred.retain(|_, until| *until > now);
        let leased = self.leased.iter().copied();
        leased
            .filter(|partition| !self.deferred.contains_key(partition))
            .collect()
    }

    /// Sends no rows of a partition before `until`.
    pub(super) fn defer(&mut self, partition: i16, until: DateTime<Utc>) {
        let deferred = self.deferred.entry(partition).or_insert(until);
        *deferred = until.max(*deferred);
    }

    /// Ends the leases, so that other relays need not wait for their end.
    pub(super) async fn release(&self, pool: &Pool, queue: QueueName) {
        if let Err(error) = outbox::release_partitions(pool, queue, self.relay).await {
            tracing::warn!(%queue, %error, "partitions were not released; other relays wait for the leases to end");
        }
    }
}
