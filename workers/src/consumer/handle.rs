//! Processes one received message, and acknowledges it.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use coach_domain::{
    queue::{Envelope, Error, MAX_RECEIVES, Outgoing, Receipt, Received},
    trace,
};
use opentelemetry::{KeyValue, global, metrics::Histogram};
use tokio::{
    sync::mpsc,
    time::{Instant, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span, field::Empty};

use super::{Ack, Consumer, ConsumerOptions, ConsumerPool, ReceivedMessage};
use crate::{backoff, relay::fetch_payload};

/// The delays of retries: first and longest. With five receives, a message is retried for some minutes.
const BACKOFF_RANGE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// The delay of messages of an unknown kind, by which a newer worker should have been started.
const UNKNOWN_KIND_DELAY: Duration = Duration::from_mins(3);

/// The processing time, as OpenTelemetry's conventions for messaging define it.
static PROCESS_DURATION: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter("coach")
        .f64_histogram("messaging.process.duration")
        .with_unit("s")
        .with_description("Duration of processing operation.")
        .with_boundaries(vec![
            0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0,
        ])
        .build()
});

/// How the processing of a message ended.
enum Outcome {
    /// The consumer acknowledged the message, or its deadline passed.
    Acked(Ack),
    /// It was cancelled because the process stops.
    Stopped,
    /// It was cancelled because the visibility timeout was not extended in time: another worker may have the message.
    Lost,
}

/// Handles the messages of one queue.
pub(super) struct MessageHandler {
    pub(super) pool: ConsumerPool,
    pub(super) consumer: Arc<dyn Consumer>,
    pub(super) options: ConsumerOptions,
    /// Deletes the messages of these receipts.
    pub(super) deletions: mpsc::Sender<Receipt>,
    /// Cancelled when [`ConsumerOptions::grace`] is over: messages in progress are released.
    pub(super) grace_over: CancellationToken,
}

impl MessageHandler {
    /// Processes a message and acknowledges it.
    pub(super) async fn handle(&self, message: Received) {
        let queue = self.consumer.queue();
        let envelope: Option<Envelope> = serde_json::from_str(&message.body).ok();
        let system = self.pool.queue.system();
        let span = span(system, queue.as_str(), &message, envelope.as_ref());
        let started = Instant::now();
        let outcome = self
            .consume(&message, envelope.clone())
            .instrument(span.clone())
            .await;
        let name = match &outcome {
            Outcome::Acked(Ack::Done) => "done",
            Outcome::Acked(Ack::Retry { .. }) => "retry",
            Outcome::Acked(Ack::DeadLetter { .. }) => "fail",
            Outcome::Acked(Ack::UnknownKind) => "unknown",
            Outcome::Stopped => "given_back",
            Outcome::Lost => "lost",
        };
        let attributes = [
            KeyValue::new("messaging.system", system),
            KeyValue::new("messaging.destination.name", queue.as_str()),
            KeyValue::new("messaging.operation.name", "process"),
            KeyValue::new("coach.outcome", name),
        ];
        PROCESS_DURATION.record(started.elapsed().as_secs_f64(), &attributes);
        span.record("coach.outcome", name);
        if name != "done" {
            span.record("error.type", name);
            span.record("otel.status_code", "ERROR");
        }
        let trace_id = trace::ids(&span).map(|(trace, _)| trace);
        self.acknowledge(&message, envelope.as_ref(), outcome, trace_id.as_deref())
            .instrument(span)
            .await;
    }

    async fn consume(&self, message: &Received, envelope: Option<Envelope>) -> Outcome {
        // A body that cannot be deserialized may be of a newer version.
        let Some(mut envelope) = envelope else {
            return Outcome::Acked(Ack::UnknownKind);
        };
        let processing = async {
            if let Err(error) = fetch_payload(&mut envelope, &*self.pool.objects).await {
                return Ack::retry(error);
            }
            let message = ReceivedMessage {
                envelope,
                receives: message.receives,
            };
            self.consumer.consume(&message).await
        };
        tokio::select! {
            ack = timeout(self.options.deadline, processing) => {
                let late = |_| Ack::retry(format!("not done within {:?}", self.options.deadline));
                Outcome::Acked(ack.unwrap_or_else(late))
            }
            () = self.keep_hidden(message) => Outcome::Lost,
            () = self.grace_over.cancelled() => Outcome::Stopped,
        }
    }

    /// Extends the visibility timeout of the message periodically. Returns when the receipt is stale: another worker
    /// has received the message or will do so, and two must not process it at once. The inbox records what was
    /// committed by then.
    async fn keep_hidden(&self, message: &Received) {
        let visibility = self.options.visibility;
        let period = visibility / 3;
        let mut ticks = interval_at(Instant::now() + period, period);
        loop {
            ticks.tick().await;
            let (queues, queue) = (&self.pool.queue, self.consumer.queue());
            match queues.extend(queue, &message.receipt, visibility).await {
                Ok(()) => {}
                Err(Error::StaleReceipt) => {
                    tracing::warn!(
                        "the visibility timeout of a message ended; its processing is left to the next receiver"
                    );
                    return;
                }
                Err(error) => {
                    tracing::warn!(
                        %error,
                        "the visibility timeout of a message was not extended; another worker may receive it meanwhile"
                    );
                }
            }
        }
    }

    async fn acknowledge(
        &self,
        message: &Received,
        envelope: Option<&Envelope>,
        outcome: Outcome,
        trace_id: Option<&str>,
    ) {
        let queue = self.consumer.queue();
        let kind = envelope.map(|envelope| envelope.kind.as_str());
        let envelope_id = envelope.map(|envelope| tracing::field::display(envelope.id));
        let receives = message.receives;
        let delay = match outcome {
            Outcome::Acked(Ack::Done) => {
                // It cannot fail: the task that deletes runs for as long as there is a sender.
                let _ = self.deletions.send(message.receipt.clone()).await;
                return;
            }
            Outcome::Acked(Ack::DeadLetter { reason }) => {
                tracing::error!(
                    "messaging.destination.name" = queue.as_str(),
                    "messaging.message.id" = message.id,
                    "coach.envelope.id" = envelope_id,
                    "coach.envelope.kind" = kind,
                    "trace.id" = trace_id,
                    reason,
                    "a message failed permanently; it is a dead letter"
                );
                let outgoing = outgoing(message, envelope);
                let queues = &self.pool.queue;
                let moved = queues.move_to_dead_letters(queue, &message.receipt, &outgoing);
                if let Err(error) = moved.await {
                    tracing::warn!(
                        %error,
                        "a message was not moved to the dead letters; it will be received again"
                    );
                }
                return;
            }
            Outcome::Acked(Ack::Retry { after, reason }) => {
                let default = backoff::delay(receives, BACKOFF_RANGE, &message.id);
                let delay = after.unwrap_or(default);
                let next = if receives < MAX_RECEIVES {
                    "it will be received again"
                } else {
                    "it becomes a dead letter"
                };
                tracing::warn!(
                    "messaging.destination.name" = queue.as_str(),
                    "messaging.message.id" = message.id,
                    "coach.envelope.id" = envelope_id,
                    "coach.envelope.kind" = kind,
                    "trace.id" = trace_id,
                    reason,
                    receives,
                    wait = ?delay,
                    "a message failed; {next}"
                );
                delay
            }
            Outcome::Acked(Ack::UnknownKind) => {
                tracing::warn!(
                    "messaging.destination.name" = queue.as_str(),
                    "messaging.message.id" = message.id,
                    "coach.envelope.id" = envelope_id,
                    "coach.envelope.kind" = kind,
                    "trace.id" = trace_id,
                    receives,
                    "the kind of a message is unknown; it is released"
                );
                UNKNOWN_KIND_DELAY
            }
            Outcome::Stopped => Duration::ZERO,
            // The receipt is stale, so nothing can be done with it.
            Outcome::Lost => return,
        };
        match self.pool.queue.extend(queue, &message.receipt, delay).await {
            Ok(()) | Err(Error::StaleReceipt) => {}
            Err(error) => {
                tracing::warn!(%error, "a message was not released; it is received again later");
            }
        }
    }
}

/// The message as the relay sent it.
fn outgoing(message: &Received, envelope: Option<&Envelope>) -> Outgoing {
    Outgoing {
        group: Some(envelope.map_or_else(|| message.id.clone(), |it| it.group().to_string())),
        deduplication: Some(message.id.clone()),
        ..Outgoing::new(message.body.clone())
    }
}

/// The span of processing a message, in the trace that the message was created in.
/// <https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/>
fn span(
    system: &'static str,
    queue: &str,
    message: &Received,
    envelope: Option<&Envelope>,
) -> Span {
    let kind = envelope.map(|envelope| envelope.kind.as_str());
    let id = envelope.map(|envelope| envelope.id.to_string());
    let span = tracing::info_span!(
        parent: None,
        "message",
        "otel.name" = format!("process {queue}"),
        "otel.kind" = "consumer",
        "messaging.system" = system,
        "messaging.destination.name" = queue,
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.message.id" = message.id,
        "coach.envelope.id" = id,
        "coach.envelope.kind" = kind,
        "coach.receives" = message.receives,
        "coach.outcome" = Empty,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    );
    let created = envelope.and_then(|envelope| envelope.trace.as_deref());
    trace::follow(&span, created);
    span
}
