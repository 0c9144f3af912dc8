//! Builds the archives of data exports that members requested.

use std::sync::Arc;

use coach_domain::{
    account::export::{CONSUMER, Error, ExportTask, fulfil},
    clock::Clock,
    database::{Pool, Session},
    object::ObjectStore,
};
use tracing::Span;

use crate::{
    consumer::{Ack, JobHandler, Jobs, ReceivedMessage},
    mail::EmailConsumer,
};

/// Handles the requests for archives.
pub struct Exports {
    /// The database.
    pub pool: Pool,
    /// Stores the archives.
    pub objects: Arc<dyn ObjectStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Exports {
    /// The consumer of `email-attachments`, the queue of these requests and of the letters that have attachments.
    pub fn consumer(self, letters: EmailConsumer) -> Jobs {
        letters.consumer().on::<ExportTask>(&Arc::new(self))
    }
}

impl JobHandler<ExportTask> for Exports {
    fn inbox(&self) -> Option<(&Pool, &'static str)> {
        Some((&self.pool, CONSUMER))
    }

    async fn handle(&self, task: ExportTask, message: &ReceivedMessage) -> Result<(), Ack> {
        let session = Session::new(self.pool.clone(), Span::current());
        let (clock, objects) = (&*self.clock, &*self.objects);
        let fulfilled = fulfil(&session, clock, objects, &message.envelope, task).await;
        fulfilled.map_err(|error| match error {
            Error::NoMember => Ack::dead_letter(error),
            _ => Ack::retry(error),
        })
    }
}
