//! The queue of a run, seen from outside: it can be made unavailable, and inspected.

mod postgres;
mod sqs;

use std::time::Duration;

use crate::{
    cli::Queue,
    evidence::Remaining,
    stage::{Database, value},
};

use postgres::Postgres;
use sqs::Sqs;

/// The queue implementation. Every third message is delivered twice.
#[derive(Debug)]
pub(crate) enum Broker {
    /// Tables in the database.
    Postgres(Postgres),
    /// SQS, behind a connection that can be cut.
    Sqs(Box<Sqs>),
}

impl Broker {
    pub(crate) async fn start(
        queue: Queue,
        database: &Database,
        seed: u64,
    ) -> anyhow::Result<Self> {
        Ok(match queue {
            Queue::Postgres => Self::Postgres(Postgres::new(database.clone()).await?),
            Queue::Sqs => Self::Sqs(Box::new(Sqs::start(database.clone(), seed).await?)),
        })
    }

    /// The settings of the processes for it.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Postgres(_) => vec![("COACH_QUEUE", "postgres".to_owned())],
            Self::Sqs(sqs) => sqs.settings(),
        }
    }

    /// Makes the queue unavailable for a while; no message is lost.
    pub(crate) async fn make_unavailable(&self, outage: Duration) -> anyhow::Result<()> {
        match self {
            Self::Postgres(postgres) => postgres.make_unavailable(outage).await,
            Self::Sqs(sqs) => {
                sqs.make_unavailable(outage).await;
                Ok(())
            }
        }
    }

    /// Sends messages a second time, unless the queue does so by itself. Runs until it is dropped.
    pub(crate) async fn deliver_twice(&self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(_) => std::future::pending().await,
            Self::Sqs(sqs) => sqs.deliver_twice().await,
        }
    }

    /// The number of messages that were delivered twice.
    pub(crate) async fn delivered_twice(&self) -> anyhow::Result<u64> {
        match self {
            Self::Postgres(postgres) => postgres.delivered_twice().await,
            Self::Sqs(sqs) => sqs.delivered_twice().await,
        }
    }

    /// The messages that are left in it.
    pub(crate) async fn remaining(&self) -> anyhow::Result<Remaining> {
        match self {
            Self::Postgres(postgres) => postgres.remaining().await,
            Self::Sqs(sqs) => sqs.remaining().await,
        }
    }
}

/// The single number that a query returns.
async fn count(database: &Database, sql: &str) -> anyhow::Result<u64> {
    let rows = database.rows(sql).await?;
    let count: Option<i64> = rows.first().map(|row| value(row, 0)).transpose()?;
    Ok(count.unwrap_or_default().unsigned_abs())
}
