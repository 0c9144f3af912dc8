//! The queue of a run, as seen from outside: taken away, and looked into.

mod postgres;
mod sqs;

use std::time::Duration;

use crate::{
    cli::Queue,
    evidence::Left,
    stage::{Database, value},
};

use postgres::Postgres;
use sqs::Sqs;

/// What carries messages. It sees to it that every third of them is delivered twice.
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

    /// What processes are told of it.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Postgres(_) => vec![("COACH_QUEUE", "postgres".to_owned())],
            Self::Sqs(sqs) => sqs.settings(),
        }
    }

    /// Cannot be reached for a while; nothing in it is lost.
    pub(crate) async fn go_away(&self, outage: Duration) -> anyhow::Result<()> {
        match self {
            Self::Postgres(postgres) => postgres.go_away(outage).await,
            Self::Sqs(sqs) => {
                sqs.go_away(outage).await;
                Ok(())
            }
        }
    }

    /// Sends what is to be delivered twice, where the queue does not do so by itself. Goes on until it is dropped.
    pub(crate) async fn deliver_twice(&self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(_) => std::future::pending().await,
            Self::Sqs(sqs) => sqs.deliver_twice().await,
        }
    }

    /// How many messages were delivered twice.
    pub(crate) async fn delivered_twice(&self) -> anyhow::Result<u64> {
        match self {
            Self::Postgres(postgres) => postgres.delivered_twice().await,
            Self::Sqs(sqs) => sqs.delivered_twice().await,
        }
    }

    /// What it holds.
    pub(crate) async fn left(&self) -> anyhow::Result<Left> {
        match self {
            Self::Postgres(postgres) => postgres.left().await,
            Self::Sqs(sqs) => sqs.left().await,
        }
    }
}

/// A count that is the only value of a statement.
async fn count(database: &Database, sql: &str) -> anyhow::Result<u64> {
    let rows = database.rows(sql).await?;
    let count: Option<i64> = rows.first().map(|row| value(row, 0)).transpose()?;
    Ok(count.unwrap_or_default().unsigned_abs())
}
