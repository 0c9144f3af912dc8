//! Removing expired archives.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::Error;
use crate::{clock::Clock, database, object::ObjectStore};

/// Whether an archive may still be sent: it has not expired, and its member has not been erased.
pub async fn is_available(
    db: &impl ConnectionTrait,
    key: &str,
    now: DateTime<Utc>,
) -> crate::Result<bool> {
    let sql = "SELECT FROM data_export WHERE object_key = $1 AND expires_at > $2";
    let statement = database::statement(sql, [key.into(), now.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Removes at most `limit` archives that have expired or whose members have been erased, and returns how many. Several
/// workers may do this concurrently. One that cannot be removed is logged and skipped.
///
/// # Errors
///
/// Those of the database, immediately. The first one of the object store, after all other archives have been processed.
pub async fn remove_expired(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    objects: &dyn ObjectStore,
    limit: u32,
) -> Result<u64, Error> {
    let sql = format!(
        "
        SELECT id, object_key
        FROM data_export
        WHERE expires_at <= $1
        ORDER BY expires_at
        LIMIT {limit}"
    );
    let values = [clock.now().into()];
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    let (mut removed, mut first_error) = (0, None);
    for row in rows {
        let (id, key): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        // The object first: a row without an object is removed next time, but an object without a row never would be.
        if let Err(error) = objects.delete(&key).await {
            tracing::error!(export = %id, %error, "an archive could not be removed");
            first_error.get_or_insert(error);
            continue;
        }
        let statement = database::statement("DELETE FROM data_export WHERE id = $1", [id.into()]);
        removed += db.execute_raw(statement).await?.rows_affected();
    }
    first_error.map_or(Ok(removed), |error| Err(error.into()))
}
