//! Partitions of the outbox, for queues that keep the order of a member's messages: one relay sends all of a partition.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{Result, database::Pool, outbox, queue::QueueName};
use uuid::Uuid;

/// For how long partitions are leased. Rows are claimed no longer than that, so that whoever has the partition next
/// finds none of them claimed by somebody else, and cannot overtake.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// How long before the end they are leased anew.
const AHEAD: TimeDelta = TimeDelta::seconds(20);

/// The partitions that this relay has, of one queue.
#[derive(Debug)]
pub(super) struct Partitions {
    relay: Uuid,
    held: Vec<i16>,
    until: DateTime<Utc>,
    /// Those whose next row is to be tried again then, and nothing that follows it before.
    put_off: HashMap<i16, DateTime<Utc>>,
}

impl Partitions {
    /// None yet.
    pub(super) fn new(relay: Uuid) -> Self {
        Self {
            relay,
            held: Vec::new(),
            until: DateTime::UNIX_EPOCH,
            put_off: HashMap::new(),
        }
    }

    /// Leases what there is, when it is time. Says until when it holds.
    pub(super) async fn renew(
        &mut self,
        pool: &Pool,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        if now + AHEAD >= self.until {
            let until = now + LEASE;
            self.held = outbox::renew_partitions(pool, queue, self.relay, now, until).await?;
            self.until = until;
        }
        Ok(self.until)
    }

    /// Those of which rows can be sent now.
    pub(super) fn ready(&mut self, now: DateTime<Utc>) -> Vec<i16> {
        self.put_off.retain(|_, until| *until > now);
        let held = self.held.iter().copied();
        held.filter(|partition| !self.put_off.contains_key(partition))
            .collect()
    }

    /// Leaves a partition alone until then.
    pub(super) fn put_off(&mut self, partition: i16, until: DateTime<Utc>) {
        let put_off = self.put_off.entry(partition).or_insert(until);
        *put_off = until.max(*put_off);
    }

    /// Leaves them to others at once.
    pub(super) async fn release(&self, pool: &Pool, queue: QueueName) {
        if let Err(error) = outbox::release_partitions(pool, queue, self.relay).await {
            tracing::warn!(%queue, %error, "partitions were not given back; others wait for the lease to end");
        }
    }
}
