//! The relay's side of the outbox: claiming, sending and purging rows.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::PARTITIONS;
use crate::{
    Result,
    database::{self, Purge},
    id::uuid_array,
    queue::QueueName,
};

/// A row that a relay has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The row's position in the outbox: rows of one member have increasing numbers.
    pub sequence: i64,
    /// The envelope's id.
    pub id: Uuid,
    /// The row's partition, from 0 to [`PARTITIONS`] - 1.
    pub partition: i16,
    /// The message group; `None` in a row that the release before inserted.
    pub group: Option<Uuid>,
    /// The envelope as JSON. It contains the sequence number unless the group is `None`.
    pub envelope: String,
    /// How often the row has been claimed, including this time.
    pub attempts: i32,
}

/// Claims at most `limit` unsent rows of a queue, oldest first, so that no other relay claims them until `until`. With
/// `partitions`, claims rows of these only: the caller must hold their leases, so that no other relay sends later rows
/// of the same partition first.
pub async fn claim(
    db: &impl ConnectionTrait,
    queue: QueueName,
    partitions: Option<&[i16]>,
    limit: u32,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<OutboxRow>> {
    let mut values: Vec<Value> = vec![queue.as_str().into(), now.into(), until.into()];
    let within = match partitions {
        None => "",
        Some(partitions) => {
            values.push(partitions.to_vec().into());
            "AND partition = ANY($4)"
        }
    };
    let sql = format!(
        r#"
        WITH claimed AS (
            UPDATE outbox
            SET leased_until = $3, attempts = attempts + 1
            WHERE id IN (
                SELECT id
                FROM outbox
                WHERE queue = $1 AND sent_at IS NULL AND (leased_until IS NULL OR leased_until <= $2) {within}
                ORDER BY sequence
                LIMIT {limit}
                FOR UPDATE SKIP LOCKED
            )
            RETURNING sequence, id, partition, message_group, envelope, attempts
        )
        SELECT sequence, id, partition, message_group,
            CASE
                WHEN message_group IS NULL THEN envelope
                ELSE concat('{{"sequence":', sequence, ',', substr(envelope, 2))
            END,
            attempts
        FROM claimed
        ORDER BY sequence"#
    );
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    let claimed = rows.iter().map(|row| {
        Ok(OutboxRow {
            sequence: row.try_get_by_index(0)?,
            id: row.try_get_by_index(1)?,
            partition: row.try_get_by_index(2)?,
            group: row.try_get_by_index(3)?,
            envelope: row.try_get_by_index(4)?,
            attempts: row.try_get_by_index(5)?,
        })
    });
    claimed.collect()
}

/// Marks rows as sent.
pub async fn mark_sent(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "UPDATE outbox SET sent_at = $2, leased_until = NULL WHERE id = ANY($1)";
    let statement = database::statement(sql, [uuid_array(ids), now.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

/// Releases claimed rows that were not sent. They can be claimed again from `at` on.
pub async fn release(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "UPDATE outbox SET leased_until = $2 WHERE id = ANY($1) AND sent_at IS NULL";
    let statement = database::statement(sql, [uuid_array(ids), at.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

/// Deletes rows that were sent, by when.
pub const PURGE: Purge = Purge::new("outbox", "id", "sent_at");

/// Leases partitions of a queue to a relay until `until`: renews those that it holds, and takes those that no relay
/// holds or whose lease is over. Returns the partitions that it holds now.
pub async fn renew_partitions(
    db: &impl ConnectionTrait,
    queue: QueueName,
    relay: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<i16>> {
    let sql = "
        INSERT INTO outbox_partition AS held (queue, partition, relay, leased_until)
        SELECT $1, place, $2, $4
        FROM generate_series(0, $5::integer - 1) AS place
        LEFT JOIN outbox_partition other ON other.queue = $1 AND other.partition = place
        WHERE other.relay IS NULL OR other.relay = $2 OR other.leased_until <= $3
        ORDER BY place
        ON CONFLICT (queue, partition) DO UPDATE
        SET relay = excluded.relay, leased_until = excluded.leased_until
        WHERE held.relay = excluded.relay OR held.leased_until <= $3
        RETURNING partition";
    let values = [
        queue.as_str().into(),
        relay.into(),
        now.into(),
        until.into(),
        i32::from(PARTITIONS).into(),
    ];
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    rows.iter()
        .map(|row| Ok(row.try_get_by_index(0)?))
        .collect()
}

/// Releases the partitions of a queue that a relay holds, so that another need not wait for the leases to end.
pub async fn release_partitions(
    db: &impl ConnectionTrait,
    queue: QueueName,
    relay: Uuid,
) -> Result<()> {
    let sql = "DELETE FROM outbox_partition WHERE queue = $1 AND relay = $2";
    let values = [queue.as_str().into(), relay.into()];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}
