//! The queue on Postgres.

use std::time::Duration;

use tokio::time::sleep;

use super::count;
use crate::{evidence::Left, stage::Database};

const TWICE: &str = include_str!("twice.sql");

/// Tables of the database.
#[derive(Debug)]
pub(crate) struct Postgres {
    database: Database,
}

impl Postgres {
    pub(super) async fn new(database: Database) -> anyhow::Result<Self> {
        database.execute(TWICE).await?;
        Ok(Self { database })
    }

    /// The table has another name: whoever wants it gets an error, and everything else in the database goes on.
    pub(super) async fn go_away(&self, outage: Duration) -> anyhow::Result<()> {
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

    pub(super) async fn left(&self) -> anyhow::Result<Left> {
        let live = "SELECT count(*) FROM queue_message WHERE receives < 5 OR visible_at > now()";
        let dead = "SELECT count(*) FROM queue_message WHERE receives >= 5 AND visible_at <= now()";
        Ok(Left {
            unsent: 0,
            undelivered: count(&self.database, live).await?,
            dead: count(&self.database, dead).await?,
        })
    }
}
