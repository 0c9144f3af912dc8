//! The queue on Postgres.

use std::time::Duration;

use tokio::time::sleep;

use super::count;
use crate::{evidence::Remaining, stage::Database};

const DELIVER_TWICE: &str = include_str!("twice.sql");

/// The queue's tables in the database of the run.
#[derive(Debug)]
pub(crate) struct Postgres {
    database: Database,
}

impl Postgres {
    pub(super) async fn new(database: Database) -> anyhow::Result<Self> {
        database.execute(DELIVER_TWICE).await?;
        Ok(Self { database })
    }

    /// Renames the table: every access to the queue fails, and everything else in the database keeps working.
    pub(super) async fn make_unavailable(&self, outage: Duration) -> anyhow::Result<()> {
        let away = "ALTER TABLE IF EXISTS queue_message RENAME TO queue_message_away";
        self.database.execute(away).await?;
        sleep(outage).await;
        let back = "ALTER TABLE IF EXISTS queue_message_away RENAME TO queue_message";
        self.database.execute(back).await
    }

    pub(super) async fn delivered_twice(&self) -> anyhow::Result<u64> {
        let sql = "SELECT CASE WHEN is_called THEN last_value / 3 ELSE 0 END FROM torture.message";
        count(&self.database, sql).await
    }

    pub(super) async fn remaining(&self) -> anyhow::Result<Remaining> {
        let live = "SELECT count(*) FROM queue_message WHERE receives < 5 OR visible_at > now()";
        let dead = "SELECT count(*) FROM queue_message WHERE receives >= 5 AND visible_at <= now()";
        Ok(Remaining {
            unsent: 0,
            undelivered: count(&self.database, live).await?,
            dead: count(&self.database, dead).await?,
        })
    }
}
