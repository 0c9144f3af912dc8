//! The consumer of `email-attachments`: builds the archives of data exports that members requested, and sends the
//! letters that have attachments.

use std::sync::Arc;

use coach_domain::{
    account::export::{Error, ExportTask, fulfil},
    clock::Clock,
    database::{Pool, Session},
    object::ObjectStore,
    outbox::Payload as _,
    queue::QueueName,
};
use tracing::Span;

use crate::{
    consumer::{Ack, Consumer, ReceivedMessage},
    mail::Letters,
};

/// Consumes both kinds of messages of the queue.
pub struct Exports {
    /// The database.
    pub pool: Pool,
    /// Stores the archives.
    pub objects: Arc<dyn ObjectStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Sends the letters.
    pub letters: Letters,
}

#[async_trait::async_trait]
impl Consumer for Exports {
    fn queue(&self) -> QueueName {
        ExportTask::QUEUE
    }

    async fn consume(&self, message: &ReceivedMessage) -> Ack {
        let envelope = &message.envelope;
        if envelope.kind != ExportTask::KIND {
            return self.letters.consume(message).await;
        }
        if envelope.version != ExportTask::VERSION {
            return Ack::UnknownKind;
        }
        let session = Session::new(self.pool.clone(), Span::current());
        match fulfil(&session, &*self.clock, &*self.objects, envelope).await {
            Ok(()) => Ack::Done,
            Err(error @ Error::Envelope(_)) => Ack::dead_letter(error),
            Err(error) => Ack::retry(error),
        }
    }
}
