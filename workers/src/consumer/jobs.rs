//! The registry of a queue's jobs: which handler processes messages of which kind and version.

use std::sync::Arc;

use coach_domain::{
    database::Pool,
    inbox,
    outbox::{Decode, DecodeError},
    queue::QueueName,
};
use futures_util::future::BoxFuture;

use super::{Ack, Consumer, ReceivedMessage};

/// Processes the messages that are decoded as a `J`: a payload, or an enum of the payloads that it handles alike.
pub trait JobHandler<J>: Send + Sync + 'static {
    /// The handler's name in the inbox, and the database that the inbox is in: messages that are in it are done, and
    /// not handled again. The handler inserts them, in the transaction that commits its effect. `None` for a handler
    /// that can process a message any number of times, or has an inbox of its own.
    fn inbox(&self) -> Option<(&Pool, &'static str)> {
        None
    }

    /// Processes a message. It is done if the result is `Ok`, and acknowledged with the error otherwise. Errors of the
    /// domain and the database, by `?`, mean a retry.
    fn handle(
        &self,
        job: J,
        message: &ReceivedMessage,
    ) -> impl Future<Output = Result<(), Ack>> + Send;
}

/// Handles a message; `None` if it is of another kind or version.
type Handle = Box<
    dyn for<'m> Fn(&'m ReceivedMessage) -> Option<BoxFuture<'m, Result<(), Ack>>> + Send + Sync,
>;

/// The jobs of one queue. Messages that none of them knows are acknowledged as of an unknown kind, and payloads that
/// do not match their kind and version become dead letters.
pub struct Jobs {
    queue: QueueName,
    handles: Vec<Handle>,
}

impl Jobs {
    /// The consumer of a queue, without any jobs.
    pub fn new(queue: QueueName) -> Self {
        Self {
            queue,
            handles: Vec::new(),
        }
    }

    /// Adds a handler. Its kinds must differ from those of the handlers before it.
    #[must_use]
    pub fn on<J: Decode + Send + 'static>(mut self, handler: &Arc<impl JobHandler<J>>) -> Self {
        let handler = handler.clone();
        let handle: Handle = Box::new(move |message| {
            let envelope = &message.envelope;
            let decoded = J::decode(&envelope.kind, envelope.version, &envelope.payload);
            if matches!(decoded, Err(DecodeError::UnknownKind)) {
                return None;
            }
            let handler = handler.clone();
            Some(Box::pin(async move {
                let job = decoded.map_err(Ack::dead_letter)?;
                if let Some((pool, consumer)) = handler.inbox()
                    && inbox::contains(pool, consumer, envelope.id).await?
                {
                    return Ok(());
                }
                handler.handle(job, message).await
            }))
        });
        self.handles.push(handle);
        self
    }
}

#[async_trait::async_trait]
impl Consumer for Jobs {
    fn queue(&self) -> QueueName {
        self.queue
    }

    async fn consume(&self, message: &ReceivedMessage) -> Ack {
        match self.handles.iter().find_map(|handle| handle(message)) {
            Some(handled) => handled.await.err().unwrap_or(Ack::Done),
            None => Ack::UnknownKind,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use coach_domain::{
        live::{FetchVideoJob, Publish},
        outbox::Payload as _,
        queue::Envelope,
    };
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    /// Succeeds for `publish`, and fails for a job, with its id as the reason.
    struct Handler;

    impl JobHandler<Publish> for Handler {
        async fn handle(&self, _: Publish, _: &ReceivedMessage) -> Result<(), Ack> {
            Ok(())
        }
    }

    impl JobHandler<FetchVideoJob> for Handler {
        async fn handle(&self, fetch: FetchVideoJob, _: &ReceivedMessage) -> Result<(), Ack> {
            Err(coach_domain::Error::Invariant(fetch.job_id).into())
        }
    }

    async fn consume(kind: &str, version: u32, payload: Value) -> Ack {
        let handler = Arc::new(Handler);
        let jobs = Jobs::new(QueueName::Live)
            .on::<Publish>(&handler)
            .on::<FetchVideoJob>(&handler);
        let envelope = Envelope {
            id: Uuid::nil(),
            kind: kind.to_owned(),
            version,
            occurred_at: DateTime::UNIX_EPOCH,
            sequence: 0,
            member: None,
            trace: None,
            payload,
            payload_at: None,
        };
        let message = ReceivedMessage {
            envelope,
            receives: 1,
        };
        jobs.consume(&message).await
    }

    #[tokio::test]
    async fn the_kind_decides_on_the_handler() {
        assert_eq!(consume(Publish::KIND, 1, json!({})).await, Ack::Done);
        assert_eq!(consume(Publish::KIND, 1, Value::Null).await, Ack::Done);
        let fetch = consume(FetchVideoJob::KIND, 1, json!({ "jobId": "7" })).await;
        assert_eq!(fetch, Ack::retry("7"));
    }

    #[tokio::test]
    async fn unknown_kinds_and_versions_are_left_to_newer_workers() {
        for (kind, version) in [(Publish::KIND, 2), ("live.rewind", 1), ("", 1)] {
            let ack = consume(kind, version, json!({ "jobId": 7 })).await;
            assert_eq!(ack, Ack::UnknownKind, "{kind} {version}");
        }
    }

    #[tokio::test]
    async fn a_malformed_payload_is_a_dead_letter_whose_reason_does_not_contain_it() {
        for payload in [json!({ "jobId": 493_817 }), json!({}), Value::Null] {
            let reason = "the payload of live.ask-for-job is not what its version says";
            let ack = consume(FetchVideoJob::KIND, 1, payload).await;
            assert_eq!(ack, Ack::dead_letter(reason));
        }
    }
}
