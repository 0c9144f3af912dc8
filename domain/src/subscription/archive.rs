//! Purchases of members who are gone, as long as accounting has to keep them.

use chrono::{DateTime, Months, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, database::Sweep};

/// For how many months they are kept: ten years, as long as German commercial law has books kept.
const KEPT_FOR: Months = Months::new(120);

/// Deletes at most `most` records that need not be kept any more, oldest first, and says how many.
pub async fn forget_archived(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    most: u32,
) -> Result<u64> {
    let Some(before) = now.checked_sub_months(KEPT_FOR) else {
        return Ok(0);
    };
    let sweep = Sweep {
        table: "subscription_archive",
        key: "id",
        age: "archived_at",
    };
    sweep.run(db, before, most).await
}
