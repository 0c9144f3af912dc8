//! One message, from its receive to its end.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use coach_domain::{
    queue::{Envelope, Error, Outgoing, Received},
    trace,
};
use opentelemetry::{KeyValue, global, metrics::Histogram};
use tokio::time::{Instant, interval_at, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span, field::Empty};

use super::{Consumer, Consuming, Delivery, Pool, Verdict, deletion::Deletions};
use crate::{backoff, relay::fetch_payload};

/// Waits after failures: first and longest. Together with five receives a message lives for some minutes.
const WAITS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// When a message of an unknown kind comes back: a newer worker is started by then.
const UNKNOWN_WAIT: Duration = Duration::from_mins(3);

/// Seconds, as the conventions for messaging advise.
static DURATION: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter("coach")
        .f64_histogram("messaging.process.duration")
        .with_unit("s")
        .with_description("Duration of processing operation.")
        .with_boundaries(vec![
            0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0,
        ])
        .build()
});

/// How the work on a message ended.
enum Ended {
    /// It did.
    Verdict(Verdict),
    /// It was broken off because we are to stop.
    Stopped,
    /// It was broken off because the message is another's by now.
    Lost,
}

/// What the work on all messages of a queue shares.
pub(super) struct Handling {
    pub(super) pool: Pool,
    pub(super) consumer: Arc<dyn Consumer>,
    pub(super) consuming: Consuming,
    pub(super) deletions: Deletions,
    /// The time to finish is over.
    pub(super) over: CancellationToken,
}

impl Handling {
    /// Works on a message and decides what becomes of it.
    pub(super) async fn handle(&self, message: Received) {
        let queue = self.consumer.queue();
        let envelope: Option<Envelope> = serde_json::from_str(&message.body).ok();
        let span = span(queue.as_str(), &message, envelope.as_ref());
        let begun = Instant::now();
        let ended = self
            .consume(&message, envelope.clone())
            .instrument(span.clone())
            .await;
        let outcome = match &ended {
            Ended::Verdict(Verdict::Done) => "done",
            Ended::Verdict(Verdict::Retry { .. }) => "retry",
            Ended::Verdict(Verdict::Fail { .. }) => "fail",
            Ended::Verdict(Verdict::Unknown) => "unknown",
            Ended::Stopped => "given_back",
            Ended::Lost => "lost",
        };
        let attributes = [
            KeyValue::new("messaging.destination.name", queue.as_str()),
            KeyValue::new("messaging.operation.name", "process"),
            KeyValue::new("coach.outcome", outcome),
        ];
        DURATION.record(begun.elapsed().as_secs_f64(), &attributes);
        span.record("coach.outcome", outcome);
        self.settle(&message, envelope.as_ref(), ended)
            .instrument(span)
            .await;
    }

    async fn consume(&self, message: &Received, envelope: Option<Envelope>) -> Ended {
        // What we cannot read may be of a newer version.
        let Some(mut envelope) = envelope else {
            return Ended::Verdict(Verdict::Unknown);
        };
        let work = async {
            if let Err(error) = fetch_payload(&mut envelope, &*self.pool.objects).await {
                return Verdict::retry(error);
            }
            let delivery = Delivery {
                envelope,
                receives: message.receives,
            };
            self.consumer.consume(&delivery).await
        };
        tokio::select! {
            verdict = timeout(self.consuming.deadline, work) => {
                let late = |_| Verdict::retry(format!("not done within {:?}", self.consuming.deadline));
                Ended::Verdict(verdict.unwrap_or_else(late))
            }
            () = self.keep_hidden(message) => Ended::Lost,
            () = self.over.cancelled() => Ended::Stopped,
        }
    }

    /// Hides the message again and again. Ends when the receipt does not count any more: somebody else has the message, or
    /// will have, and two must not do it at once. What was committed by then, the inbox knows.
    async fn keep_hidden(&self, message: &Received) {
        let visibility = self.consuming.visibility;
        let every = visibility / 3;
        let mut ticks = interval_at(Instant::now() + every, every);
        loop {
            ticks.tick().await;
            let queue = self.consumer.queue();
            match self
                .pool
                .queue
                .extend(queue, &message.receipt, visibility)
                .await
            {
                Ok(()) => {}
                Err(Error::StaleReceipt) => {
                    tracing::warn!(
                        "a message was not kept hidden in time; it is left to whoever receives it next"
                    );
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "a message may be received by another while it is worked on");
                }
            }
        }
    }

    async fn settle(&self, message: &Received, envelope: Option<&Envelope>, ended: Ended) {
        let queue = self.consumer.queue();
        let receives = message.receives;
        let verdict = match ended {
            Ended::Verdict(verdict) => Some(verdict),
            Ended::Stopped => None,
            // It is not ours any more.
            Ended::Lost => return,
        };
        let wait = match verdict {
            Some(Verdict::Done) => {
                self.deletions.add(message.receipt.clone()).await;
                return;
            }
            Some(Verdict::Fail { reason }) => {
                tracing::error!(reason, "a message cannot be done; it is a dead letter now");
                let outgoing = buried(message, envelope);
                let buried = self
                    .pool
                    .queue
                    .bury(queue, &message.receipt, &outgoing)
                    .await;
                if let Err(error) = buried {
                    tracing::warn!(%error, "a dead letter was not put away; it comes again");
                }
                return;
            }
            Some(Verdict::Retry { after, reason }) => {
                let by_itself = backoff::after(receives, WAITS.0, WAITS.1, &message.id);
                let wait = after.unwrap_or(by_itself);
                tracing::warn!(
                    reason,
                    receives,
                    ?wait,
                    "a message was not done; it comes again"
                );
                wait
            }
            Some(Verdict::Unknown) => {
                tracing::warn!(
                    receives,
                    "nobody here knows such messages; it is given back"
                );
                UNKNOWN_WAIT
            }
            None => Duration::ZERO,
        };
        match self.pool.queue.extend(queue, &message.receipt, wait).await {
            Ok(()) | Err(Error::StaleReceipt) => {}
            Err(error) => {
                tracing::warn!(%error, "a message was not given back; it comes again later");
            }
        }
    }
}

/// The message as it was sent.
fn buried(message: &Received, envelope: Option<&Envelope>) -> Outgoing {
    let whom = envelope.map(|envelope| envelope.member.map_or(envelope.id, |member| member.0));
    Outgoing {
        group: Some(whom.map_or_else(|| message.id.clone(), |id| id.to_string())),
        deduplication: Some(message.id.clone()),
        ..Outgoing::new(message.body.clone())
    }
}

/// <https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/>
fn span(queue: &str, message: &Received, envelope: Option<&Envelope>) -> Span {
    let kind = envelope.map(|envelope| envelope.kind.as_str());
    let id = envelope.map(|envelope| envelope.id.to_string());
    let span = tracing::info_span!(
        parent: None,
        "message",
        "otel.name" = format!("process {queue}"),
        "otel.kind" = "consumer",
        "messaging.destination.name" = queue,
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.message.id" = message.id,
        "coach.envelope.id" = id,
        "coach.envelope.kind" = kind,
        "coach.receives" = message.receives,
        "coach.outcome" = Empty,
    );
    if let Some(cause) = envelope.and_then(|envelope| envelope.trace.as_deref()) {
        trace::link(&span, cause);
    }
    span
}
