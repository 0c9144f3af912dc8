//! Writing what is owed.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use tracing::Span;
use uuid::Uuid;

use super::{Effect, PARTITIONS};
use crate::{
    Error, Result, database,
    queue::{Envelope, QueueName},
    trace,
};

/// Inserts effects, in their order, with the place in the trace of what causes them. To be called in the transaction
/// that causes them.
pub async fn insert(
    db: &impl ConnectionTrait,
    effects: &[Effect],
    cause: &Span,
    now: DateTime<Utc>,
) -> Result<()> {
    if effects.is_empty() {
        return Ok(());
    }
    let rows = effects.iter().map(|effect| row(effect, cause));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let (mut ids, mut queues) = (Vec::new(), Vec::new());
    let (mut partitions, mut envelopes) = (Vec::new(), Vec::new());
    for row in rows {
        ids.push(row.id);
        queues.push(row.queue.as_str().to_owned());
        partitions.push(row.partition);
        envelopes.push(row.envelope);
    }
    // `WITH ORDINALITY` keeps the order: numbers are given as rows come.
    let sql = "
        INSERT INTO outbox (id, queue, partition, envelope, created_at)
        SELECT id, queue, partition, envelope, $5
        FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[])
            WITH ORDINALITY AS effect (id, queue, partition, envelope, place)
        ORDER BY place";
    let values: [Value; 5] = [
        ids.into(),
        queues.into(),
        partitions.into(),
        envelopes.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// What is written for an effect.
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) queue: QueueName,
    pub(crate) partition: i16,
    pub(crate) envelope: String,
}

/// For who writes it in a statement of their own.
pub(crate) fn row(effect: &Effect, cause: &Span) -> Result<Row> {
    let envelope = Envelope {
        id: effect.id,
        kind: effect.kind.to_owned(),
        version: effect.version,
        occurred_at: effect.occurred_at,
        sequence: 0,
        member: effect.member,
        trace: trace::parent(cause),
        payload: effect.payload.clone(),
        payload_at: None,
    };
    let envelope = serde_json::to_string(&envelope);
    Ok(Row {
        id: effect.id,
        queue: effect.queue,
        partition: partition(effect),
        envelope: envelope.map_err(|error| Error::Invariant(error.to_string()))?,
    })
}

/// Of the member, or of the effect itself where there is none.
fn partition(effect: &Effect) -> i16 {
    let id = effect.member.map_or(effect.id, |member| member.0);
    // The last bytes are random in UUIDv4 and v7, and a hash in v5.
    let last = id.as_bytes()[15];
    i16::from(last) % PARTITIONS
}
