//! Sending what was claimed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result, kill_point,
    outbox::{self, Owed},
    queue::{self, Outgoing, QueueName},
};
use futures_util::future::join_all;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Outlet, Relay,
    batch::{batches, ordered_batches},
    large,
};
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

    /// One batch after the other, and nothing of what follows a row that did not go within its partition: a batch holds
    /// one row of each, for the queue may take a part of it. Says whether the queue answers, and which partitions are to
    /// wait for how long: a row that is not taken holds no other's up.
    pub(super) async fn send_in_order(
        &self,
        owed: Vec<Owed>,
        until: DateTime<Utc>,
    ) -> Result<(bool, Vec<(i16, Duration)>)> {
        let margin = TimeDelta::from_std(PATIENCE).unwrap_or_default();
        let mut waiting: Vec<(i16, Duration)> = Vec::new();
        let mut rest = Vec::new();
        let mut answers = true;
        for mut batch in ordered_batches(owed) {
            // What another relay may soon have is left to it.
            if !answers || self.relay.clock.now() + margin >= until {
                answers = false;
                rest.extend(batch.iter().map(|row| row.id));
                continue;
            }
            batch.retain(|row| {
                let waits = waiting
                    .iter()
                    .any(|(partition, _)| *partition == row.partition);
                if waits {
                    rest.push(row.id);
                }
                !waits
            });
            if batch.is_empty() {
                continue;
            }
            let (sent, left) = self.send_batch(&batch).await?;
            answers = sent != Sent::Nothing;
            for row in left {
                rest.push(row.id);
                let attempts = row.attempts.unsigned_abs();
                let wait = backoff::after(attempts, WAITS.0, WAITS.1, row.id);
                waiting.push((row.partition, wait));
            }
        }
        if !rest.is_empty() {
            self.give_back(rest, Duration::ZERO).await?;
        }
        Ok((answers, if answers { waiting } else { Vec::new() }))
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

    /// What cannot even be put away, because it is too large to travel and the object store does not take it, fails for
    /// itself.
    async fn ask(&self, batch: &[Owed]) -> queue::Result<Vec<queue::Result<()>>> {
        let (mut messages, mut results) = (Vec::with_capacity(batch.len()), Vec::new());
        for row in batch {
            match large::outgoing(row, &*self.relay.objects).await {
                Ok(message) => {
                    messages.push(message);
                    results.push(Ok(()));
                }
                Err(error) => results.push(Err(queue::Error::Unavailable(error.to_string()))),
            }
        }
        if messages.is_empty() {
            return Ok(results);
        }
        let answers = match self.ask_for(&messages).await {
            // For one of them, and whose fault it is they say themselves.
            Err(queue::Error::Refused(_)) => {
                let mut answers = Vec::with_capacity(messages.len());
                for message in messages.chunks(1) {
                    match self.ask_for(message).await {
                        Err(queue::Error::Refused(why)) => {
                            answers.push(Err(queue::Error::Refused(why)));
                        }
                        answer => answers.extend(answer?),
                    }
                }
                answers
            }
            answers => answers?,
        };
        let sent = results.iter_mut().filter(|result| result.is_ok());
        for (result, answer) in sent.zip(answers) {
            *result = answer;
        }
        Ok(results)
    }

    async fn ask_for(&self, messages: &[Outgoing]) -> queue::Result<Vec<queue::Result<()>>> {
        let answer = timeout(PATIENCE, self.outlet.send(self.name, messages)).await;
        let late = |_| queue::Error::Unavailable(format!("no answer within {PATIENCE:?}"));
        let answers = answer.map_err(late)??;
        if answers.len() == messages.len() {
            Ok(answers)
        } else {
            let why = "an answer for another batch".to_owned();
            Err(queue::Error::Unavailable(why))
        }
    }

    async fn give_back(&self, ids: Vec<Uuid>, wait: Duration) -> Result<()> {
        let at = self.relay.clock.now() + TimeDelta::from_std(wait).unwrap_or_default();
        outbox::give_back(&self.relay.pool, ids, at).await
    }
}
