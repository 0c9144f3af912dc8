//! Purchases of erased members, kept as long as accounting requires.

use chrono::{DateTime, Months, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, database::Purge};

/// Retention in months: ten years, as German commercial law requires for accounting records.
const RETENTION: Months = Months::new(120);

/// Deletes at most `limit` records whose retention has ended, oldest first, and returns how many.
pub async fn purge_archived(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64> {
    let Some(before) = now.checked_sub_months(RETENTION) else {
        return Ok(0);
    };
    let purge = Purge {
        table: "subscription_archive",
        key: "id",
        age: "archived_at",
    };
    purge.run(db, before, limit).await
}
