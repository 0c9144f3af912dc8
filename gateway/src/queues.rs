//! Opens the queues in the backend that the settings choose: Postgres or Amazon SQS.

use coach_domain::database::Pool;
use std::sync::Arc;

use coach_domain::queue::{Operations, Queue};
use coach_workers::queue::{
    PostgresQueue, SqsQueue,
    sqs::{self, Addresses},
};

use crate::settings::{self, Settings};

/// The queues of one worker process.
pub struct Queues {
    /// For sending and receiving.
    pub queue: Arc<dyn Queue>,
    /// The same queue when the backend is Postgres: the scheduler maintains its tables.
    pub postgres: Option<PostgresQueue>,
}

impl Queues {
    /// Opens the queues in the configured backend.
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

/// The administrative interface to the queues (dead letters, pauses). Connects to nothing yet.
pub async fn operations(settings: &Settings, pool: Pool) -> Arc<dyn Operations> {
    match settings.storage.queue {
        settings::Queue::Postgres => Arc::new(PostgresQueue::new_unchecked(pool, [])),
        settings::Queue::Sqs => Arc::new(sqs(settings, pool).await),
    }
}

async fn sqs(settings: &Settings, pool: Pool) -> SqsQueue {
    let addresses: Addresses = settings.worker.addresses.clone().into_iter().collect();
    SqsQueue::new(sqs::client().await, addresses, pool)
}

/// Logs which queues on SQS have no redrive policy. In the background, because it takes calls for each.
pub fn check_redrive_policies(settings: &Settings) {
    if settings.storage.queue == settings::Queue::Postgres {
        return;
    }
    let addresses: Vec<_> = settings.worker.addresses.values().cloned().collect();
    tokio::spawn(async move {
        let client = sqs::client().await;
        for address in addresses {
            // Whoever uses a queue logs that it cannot be reached.
            let found = sqs::inspect(&client, &address).await;
            if found.is_ok_and(|found| found.redrive.is_none()) {
                tracing::error!(
                    "messaging.destination.name" = address,
                    mend =
                        "`coach doctor` says how; `coach queue create` makes queues that have one",
                    "a queue has no redrive policy: a message that nobody can process comes back for ever"
                );
            }
        }
    });
}
