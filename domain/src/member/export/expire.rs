//! Removing archives when their time is over.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::Error;
use crate::{clock::Clock, database, object::ObjectStore};

/// Whether an archive may still be sent: its time is not over, and its member is not gone.
pub async fn is_kept(
    db: &impl ConnectionTrait,
    key: &str,
    now: DateTime<Utc>,
) -> crate::Result<bool> {
    let sql = "SELECT FROM data_export WHERE object_key = $1 AND expires_at > $2";
    let statement = database::statement(sql, [key.into(), now.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Removes at most `most` archives whose time is over, or whose members are gone, and says how many. Safe with several
/// at once. One that cannot be removed is told of, and all others have their turn.
///
/// # Errors
///
/// Those of the database; what was removed before stays so. The first of the object store's, once all others have had
/// their turn.
pub async fn remove_expired(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    objects: &dyn ObjectStore,
    most: u32,
) -> Result<u64, Error> {
    let sql = format!(
        "
        SELECT id, object_key
        FROM data_export
        WHERE expires_at <= $1
        ORDER BY expires_at
        LIMIT {most}"
    );
    let values = [clock.now().into()];
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    let (mut removed, mut first) = (0, None);
    for row in rows {
        let (id, key): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        // The object first: a row without an object is removed next time, an object without a row never.
        if let Err(error) = objects.delete(&key).await {
            tracing::error!(export = %id, %error, "an archive could not be removed");
            first.get_or_insert(error);
            continue;
        }
        let statement = database::statement("DELETE FROM data_export WHERE id = $1", [id.into()]);
        removed += db.execute_raw(statement).await?.rows_affected();
    }
    first.map_or(Ok(removed), |error| Err(error.into()))
}
