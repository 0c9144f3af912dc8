//! Sends claimed rows of the outbox.

use std::{borrow::Cow, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result, kill_point,
    outbox::{self, OutboxRow},
    queue::{self, Outgoing, QueueName},
    trace,
};
use futures_util::future::join_all;
use serde::Deserialize;
use tokio::time::timeout;
use tracing::{Instrument as _, Span, field::Empty};
use uuid::Uuid;

use super::{
    Destination, Relay,
    batch::{batches, ordered_batches},
    large,
};
use crate::backoff;

/// The timeout of a send: well within the lease, so that no other relay claims the rows meanwhile.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum number of batches of one claim that are sent concurrently, if order does not matter.
const MAX_CONCURRENCY: usize = 4;

/// The delays of retries of a row that the queue refuses while it accepts others: first and longest.
const BACKOFF_RANGE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_mins(10));

/// Sends rows of one queue to their destination.
pub(super) struct BatchSender<'a> {
    pub(super) relay: &'a Relay,
    pub(super) destination: &'a Destination,
    pub(super) name: QueueName,
}

impl BatchSender<'_> {
    /// Sends rows in batches, several at a time. Returns whether the queue is available. Rows that it refused are
    /// retried later.
    pub(super) async fn send(&self, rows: Vec<OutboxRow>) -> Result<bool> {
        let mut available = true;
        for chunk in batches(rows).chunks(MAX_CONCURRENCY) {
            let sends = chunk.iter().map(|batch| self.send_or_release(batch));
            for result in join_all(sends).await {
                available &= result?;
            }
        }
        Ok(available)
    }

    /// Sends one batch, and releases the rows that were not sent. Returns whether the queue is available.
    async fn send_or_release(&self, batch: &[OutboxRow]) -> Result<bool> {
        let (available, unsent) = self.send_batch(batch).await?;
        for row in unsent {
            let delay = if available {
                retry_delay(row)
            } else {
                Duration::ZERO
            };
            self.release(vec![row.id], delay).await?;
        }
        Ok(available)
    }

    /// Sends rows in the order within their partitions, one batch after the other. A batch has one row of each
    /// partition, since the queue may accept only a part of it; after a row that was not sent, no row of its partition
    /// is sent.
    ///
    /// Returns whether the queue is available, and for which partitions to wait for how long: a refused row delays only
    /// its own partition. Stops before `until`, when the lease ends.
    pub(super) async fn send_in_order(
        &self,
        rows: Vec<OutboxRow>,
        until: DateTime<Utc>,
    ) -> Result<(bool, Vec<(i16, Duration)>)> {
        let margin = TimeDelta::from_std(SEND_TIMEOUT).unwrap_or_default();
        let mut deferred: Vec<(i16, Duration)> = Vec::new();
        let mut unsent_ids = Vec::new();
        let mut available = true;
        for mut batch in ordered_batches(rows) {
            // Near the end of the lease, the rest is left to the next relay.
            if !available || self.relay.clock.now() + margin >= until {
                available = false;
                unsent_ids.extend(batch.iter().map(|row| row.id));
                continue;
            }
            batch.retain(|row| {
                let is_deferred = deferred
                    .iter()
                    .any(|(partition, _)| *partition == row.partition);
                if is_deferred {
                    unsent_ids.push(row.id);
                }
                !is_deferred
            });
            if batch.is_empty() {
                continue;
            }
            let (is_available, unsent) = self.send_batch(&batch).await?;
            available = is_available;
            for row in unsent {
                unsent_ids.push(row.id);
                deferred.push((row.partition, retry_delay(row)));
            }
        }
        if !unsent_ids.is_empty() {
            self.release(unsent_ids, Duration::ZERO).await?;
        }
        Ok((available, if available { deferred } else { Vec::new() }))
    }

    /// Sends one batch, and marks the rows that were sent. Returns whether the queue is available, and the rows that
    /// were not sent.
    async fn send_batch<'b>(&self, batch: &'b [OutboxRow]) -> Result<(bool, Vec<&'b OutboxRow>)> {
        let results = self.send_messages(batch).await;
        kill_point::reached("after-send");
        let available = results.is_ok();
        let results = results.unwrap_or_else(|error| vec![Err(error); batch.len()]);
        let failure = results.iter().find_map(|result| result.as_ref().err());
        let (sent, unsent): (Vec<_>, Vec<_>) = batch
            .iter()
            .zip(&results)
            .partition(|(_, result)| result.is_ok());
        if let Some(error) = failure {
            let (queue, count) = (self.name, unsent.len());
            tracing::warn!(%queue, count, %error, "messages were not accepted; trying again");
        }
        kill_point::reached("before-mark");
        if !sent.is_empty() {
            let ids: Vec<_> = sent.iter().map(|(row, _)| row.id).collect();
            outbox::mark_sent(&self.relay.pool, ids, self.relay.clock.now()).await?;
        }
        Ok((available, unsent.into_iter().map(|(row, _)| row).collect()))
    }

    /// Sends the messages of a batch. A row whose large payload cannot be stored in the object store fails by itself;
    /// the others are sent.
    async fn send_messages(&self, batch: &[OutboxRow]) -> queue::Result<Vec<queue::Result<()>>> {
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
        let responses = match self.call_destination(&messages).await {
            // One of the messages may be the reason: sent one by one, each gets its own result.
            Err(queue::Error::Refused(_)) => {
                let mut responses = Vec::with_capacity(messages.len());
                for message in messages.chunks(1) {
                    match self.call_destination(message).await {
                        Err(queue::Error::Refused(why)) => {
                            responses.push(Err(queue::Error::Refused(why)));
                        }
                        response => responses.extend(response?),
                    }
                }
                responses
            }
            responses => responses?,
        };
        let sent = results.iter_mut().filter(|result| result.is_ok());
        for (result, response) in sent.zip(responses) {
            *result = response;
        }
        Ok(results)
    }

    async fn call_destination(
        &self,
        messages: &[Outgoing],
    ) -> queue::Result<Vec<queue::Result<()>>> {
        let span = span(self.destination.system(), self.name, messages);
        let send = self.destination.send(self.name, messages);
        let response = timeout(SEND_TIMEOUT, send.instrument(span.clone())).await;
        let late = |_| queue::Error::Unavailable(format!("no answer within {SEND_TIMEOUT:?}"));
        let results = response.map_err(late).flatten();
        let results = results.and_then(|results| {
            if results.len() == messages.len() {
                Ok(results)
            } else {
                let why = "the answer has a wrong number of results".to_owned();
                Err(queue::Error::Unavailable(why))
            }
        });
        let failure = match &results {
            Ok(results) => results.iter().find_map(|result| result.as_ref().err()),
            Err(error) => Some(error),
        };
        if let Some(error) = failure {
            span.record("error.type", error_type(error));
            span.record("otel.status_code", "ERROR");
        }
        results
    }

    /// Releases the claims of rows, which can be claimed again after `delay`.
    async fn release(&self, ids: Vec<Uuid>, delay: Duration) -> Result<()> {
        let at = self.relay.clock.now() + TimeDelta::from_std(delay).unwrap_or_default();
        outbox::release(&self.relay.pool, ids, at).await
    }
}

/// The span of one call of a destination. It belongs to the trace that its messages were created in; a batch of several
/// traces has a trace of its own, with links to them.
/// <https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/>
fn span(system: &'static str, queue: QueueName, messages: &[Outgoing]) -> Span {
    let span = tracing::info_span!(
        parent: None,
        "send",
        "otel.name" = format!("send {queue}"),
        "otel.kind" = "client",
        "messaging.system" = system,
        "messaging.operation.name" = "send",
        "messaging.operation.type" = "send",
        "messaging.destination.name" = queue.as_str(),
        "messaging.batch.message_count" = messages.len(),
        "error.type" = Empty,
        "otel.status_code" = Empty,
    );
    if !span.is_disabled() {
        let created = messages.iter().filter_map(Created::parse);
        let created: Vec<_> = created.collect();
        trace::follow(&span, created.iter().map(|created| &*created.trace));
    }
    span
}

/// The trace context in which a message was created.
#[derive(Deserialize)]
struct Created<'m> {
    #[serde(borrow)]
    trace: Cow<'m, str>,
}

impl<'m> Created<'m> {
    fn parse(message: &'m Outgoing) -> Option<Self> {
        serde_json::from_str(&message.body).ok()
    }
}

fn error_type(error: &queue::Error) -> &'static str {
    match error {
        queue::Error::Unavailable(_) => "unavailable",
        queue::Error::Refused(_) => "refused",
        queue::Error::NotFound(_) | queue::Error::Misconfigured(_) => "misconfigured",
        _ => "_OTHER",
    }
}

fn retry_delay(row: &OutboxRow) -> Duration {
    let attempts = row.attempts.unsigned_abs();
    backoff::delay(attempts, BACKOFF_RANGE, row.id)
}
