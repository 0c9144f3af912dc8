//! The queues, wherever they are set to be.

use std::sync::Arc;

use coach_domain::queue::Operations;
use coach_workers::queue::{
    PostgresQueue, SqsQueue,
    sqs::{self, Addresses},
};
use sea_orm::DatabaseConnection;

use crate::settings::{Queue, Settings};

/// The queues as operators see and mend them. Nothing is asked of them yet.
pub async fn operations(settings: &Settings, pool: DatabaseConnection) -> Arc<dyn Operations> {
    match settings.storage.queue {
        Queue::Postgres => Arc::new(PostgresQueue::unopened(pool, [])),
        Queue::Sqs => {
            let addresses: Addresses = settings.worker.addresses.clone().into_iter().collect();
            Arc::new(SqsQueue::new(sqs::client().await, addresses, pool))
        }
    }
}
