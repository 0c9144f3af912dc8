//! The consumer of `email-attachments`: puts archives together that members asked for, and sends the letters that
//! enclose something.

use std::sync::Arc;

use coach_domain::{
    clock::Clock,
    database::Pool,
    database::Session,
    member::export::{Asked, Error, fulfil},
    object::ObjectStore,
    outbox::Payload as _,
    queue::QueueName,
};
use tracing::Span;

use crate::{
    consumer::{Consumer, Delivery, Verdict},
    mail::Letters,
};

/// Does both.
pub struct Exports {
    /// The database.
    pub pool: Pool,
    /// Where archives are put.
    pub objects: Arc<dyn ObjectStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Sends the letters.
    pub letters: Letters,
}

#[async_trait::async_trait]
impl Consumer for Exports {
    fn queue(&self) -> QueueName {
        Asked::QUEUE
    }

    async fn consume(&self, delivery: &Delivery) -> Verdict {
        let envelope = &delivery.envelope;
        if envelope.kind != Asked::KIND {
            return self.letters.consume(delivery).await;
        }
        if envelope.version != Asked::VERSION {
            return Verdict::Unknown;
        }
        let session = Session::new(self.pool.clone(), Span::current());
        match fulfil(&session, &*self.clock, &*self.objects, envelope).await {
            Ok(()) => Verdict::Done,
            Err(error @ Error::Envelope(_)) => Verdict::fail(error),
            Err(error) => Verdict::retry(error),
        }
    }
}
