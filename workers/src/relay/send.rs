//! Sending what was claimed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result, kill_point,
    outbox::{self, Owed},
    queue::{self, QueueName},
};
use futures_util::future::join_all;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Outlet, Relay, batch::batches, large};
use crate::backoff;

/// How long the queue may take to answer: well within the lease, so that nobody else claims meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many batches of one claim are under way at once, where order does not matter.
const AT_ONCE: usize = 4;

/// Waits of a row that the queue refuses while it takes others: first and longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_mins(10));

/// Sends rows of the outbox to their queue.
pub(super) struct Sender<'a> {
    pub(super) relay: &'a Relay,
    pub(super) outlet: &'a Outlet,
    pub(super) name: QueueName,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// All of it went.
    All,
    /// Some of it.
    Part,
    /// The queue does not answer.
    Nothing,
}

impl Sender<'_> {
    /// In batches, some at a time. Says whether the queue answers: then what it refused is tried again later.
    pub(super) async fn send(&self, owed: Vec<Owed>) -> Result<bool> {
        let mut answers = true;
        for some in batches(owed).chunks(AT_ONCE) {
            let sent = some.iter().map(|batch| self.send_or_put_off(batch));
            for sent in join_all(sent).await {
                answers &= sent? != Sent::Nothing;
            }
        }
        Ok(answers)
    }

    async fn send_or_put_off(&self, batch: &[Owed]) -> Result<Sent> {
        let (sent, left) = self.send_batch(batch).await?;
        for row in left {
            let wait = if sent == Sent::Nothing {
                Duration::ZERO
            } else {
                backoff::after(row.attempts.unsigned_abs(), WAITS.0, WAITS.1, row.id)
            };
            self.give_back(vec![row.id], wait).await?;
        }
        Ok(sent)
    }

    /// One batch after the other, and nothing of what follows a row that did not go. Says whether all of it went.
    pub(super) async fn send_in_order(
        &self,
        owed: Vec<Owed>,
        until: DateTime<Utc>,
    ) -> Result<bool> {
        let margin = TimeDelta::from_std(PATIENCE).unwrap_or_default();
        let mut batches = batches(owed).into_iter();
        while let Some(batch) = batches.next() {
            // What another relay may soon have is left to it.
            let left = if self.relay.clock.now() + margin < until {
                self.send_batch(&batch).await?.1
            } else {
                batch.iter().collect()
            };
            if !left.is_empty() {
                let mut rest: Vec<_> = left.iter().map(|row| row.id).collect();
                rest.extend(batches.flatten().map(|row| row.id));
                self.give_back(rest, Duration::ZERO).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sends one batch and marks what went; returns what did not.
    async fn send_batch<'b>(&self, batch: &'b [Owed]) -> Result<(Sent, Vec<&'b Owed>)> {
        let results = self.ask(batch).await;
        kill_point::reached("after-send");
        let sent = match &results {
            Err(_) => Sent::Nothing,
            Ok(results) if results.iter().all(std::result::Result::is_ok) => Sent::All,
            Ok(_) => Sent::Part,
        };
        let results = results.unwrap_or_else(|error| vec![Err(error); batch.len()]);
        let failure = results.iter().find_map(|result| result.as_ref().err());
        let (gone, left): (Vec<_>, Vec<_>) = batch
            .iter()
            .zip(&results)
            .partition(|(_, result)| result.is_ok());
        if let Some(error) = failure {
            let (queue, count) = (self.name, left.len());
            tracing::warn!(%queue, count, %error, "messages were not taken; trying again");
        }
        kill_point::reached("before-mark");
        if !gone.is_empty() {
            let ids: Vec<_> = gone.iter().map(|(row, _)| row.id).collect();
            outbox::mark(&self.relay.pool, ids, self.relay.clock.now()).await?;
        }
        Ok((sent, left.into_iter().map(|(row, _)| row).collect()))
    }

    async fn ask(&self, batch: &[Owed]) -> queue::Result<Vec<queue::Result<()>>> {
        let mut messages = Vec::with_capacity(batch.len());
        for row in batch {
            let message = large::outgoing(row, &*self.relay.objects).await;
            let unavailable =
                |error: coach_domain::object::Error| queue::Error::Unavailable(error.to_string());
            messages.push(message.map_err(unavailable)?);
        }
        let answer = timeout(PATIENCE, self.outlet.send(self.name, &messages)).await;
        let late = |_| queue::Error::Unavailable(format!("no answer within {PATIENCE:?}"));
        let results = answer.map_err(late)??;
        if results.len() == batch.len() {
            Ok(results)
        } else {
            Err(queue::Error::Unavailable(
                "an answer for another batch".to_owned(),
            ))
        }
    }

    async fn give_back(&self, ids: Vec<Uuid>, wait: Duration) -> Result<()> {
        let at = self.relay.clock.now() + TimeDelta::from_std(wait).unwrap_or_default();
        outbox::give_back(&self.relay.pool, ids, at).await
    }
}
