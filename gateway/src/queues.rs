//! The queues, wherever they are set to be.

use coach_domain::database::Pool;
use std::sync::Arc;

use coach_domain::queue::{Operations, Queue};
use coach_workers::queue::{
    PostgresQueue, SqsQueue,
    sqs::{self, Addresses},
};

use crate::settings::{self, Settings};

/// The queues of one process, as what works on them needs them.
pub struct Queues {
    /// For sending and receiving.
    pub queue: Arc<dyn Queue>,
    /// The one on Postgres, where it is that.
    pub postgres: Option<PostgresQueue>,
}

impl Queues {
    /// Those that the settings name.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn open(settings: &Settings, pool: Pool) -> anyhow::Result<Self> {
        Ok(match settings.storage.queue {
            settings::Queue::Postgres => {
                let ordered = settings.worker.ordered.iter().copied();
                let queue = PostgresQueue::open(pool, ordered).await?;
                Self {
                    queue: Arc::new(queue.clone()),
                    postgres: Some(queue),
                }
            }
            settings::Queue::Sqs => Self {
                queue: Arc::new(sqs(settings, pool).await),
                postgres: None,
            },
        })
    }
}

/// The queues as operators see and mend them. Nothing is asked of them yet.
pub async fn operations(settings: &Settings, pool: Pool) -> Arc<dyn Operations> {
    match settings.storage.queue {
        settings::Queue::Postgres => Arc::new(PostgresQueue::unopened(pool, [])),
        settings::Queue::Sqs => Arc::new(sqs(settings, pool).await),
    }
}

async fn sqs(settings: &Settings, pool: Pool) -> SqsQueue {
    let addresses: Addresses = settings.worker.addresses.clone().into_iter().collect();
    SqsQueue::new(sqs::client().await, addresses, pool)
}
