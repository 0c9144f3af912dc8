//! Writes messages to the outbox.

use sea_orm::{ConnectionTrait, Value};
use tracing::Span;
use uuid::Uuid;

use super::{OutboxMessage, PARTITIONS};
use crate::{
    Error, Result, database,
    queue::{Envelope, QueueName},
    trace,
};

/// Inserts messages, in order, each with a span below `cause`, which consumers continue. To be called in the transaction
/// of the change that causes them. Postgres sets their times, so that their age does not depend on this process's clock.
pub async fn insert(
    db: &impl ConnectionTrait,
    messages: &[OutboxMessage],
    cause: &Span,
) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows = messages.iter().map(|message| new_row(message, cause));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let (mut ids, mut queues) = (Vec::new(), Vec::new());
    let (mut partitions, mut groups, mut envelopes) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        ids.push(row.id);
        queues.push(row.queue.as_str().to_owned());
        partitions.push(row.partition);
        groups.push(row.group);
        envelopes.push(row.envelope);
    }
    // `WITH ORDINALITY` keeps the order: sequence numbers are assigned in the order of insertion.
    let sql = "
        INSERT INTO outbox (id, queue, partition, message_group, envelope, created_at)
        SELECT id, queue, partition, message_group, envelope, clock_timestamp()
        FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::uuid[], $5::text[])
            WITH ORDINALITY AS effect (id, queue, partition, message_group, envelope, place)
        ORDER BY place";
    let values: [Value; 5] = [
        ids.into(),
        queues.into(),
        partitions.into(),
        groups.into(),
        envelopes.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// The columns of a new row of the outbox.
pub(crate) struct NewRow {
    pub(crate) id: Uuid,
    pub(crate) queue: QueueName,
    pub(crate) partition: i16,
    pub(crate) group: Uuid,
    pub(crate) envelope: String,
}

/// The row of a message, for callers that insert it with a statement of their own.
pub(crate) fn new_row(message: &OutboxMessage, cause: &Span) -> Result<NewRow> {
    let envelope = Envelope {
        id: message.id,
        kind: message.kind.to_owned(),
        version: message.version,
        occurred_at: message.occurred_at,
        sequence: 0,
        member: message.member,
        trace: trace::traceparent(&span(message, cause)),
        payload: message.payload.clone(),
        payload_at: None,
    };
    let group = envelope.group();
    let envelope = serde_json::to_string(&envelope);
    Ok(NewRow {
        id: message.id,
        queue: message.queue,
        partition: partition(group),
        group,
        envelope: envelope.map_err(|error| Error::Invariant(error.to_string()))?,
    })
}

/// The span in which a message is created: <https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/>
fn span(message: &OutboxMessage, cause: &Span) -> Span {
    let queue = message.queue.as_str();
    tracing::info_span!(
        parent: cause,
        "create",
        "otel.name" = format!("create {queue}"),
        "otel.kind" = "producer",
        "messaging.system" = "outbox",
        "messaging.operation.name" = "create",
        "messaging.operation.type" = "create",
        "messaging.destination.name" = queue,
        "messaging.message.id" = %message.id,
        "coach.envelope.kind" = message.kind,
    )
}

/// The partition of a message group.
fn partition(group: Uuid) -> i16 {
    // The last byte is random in UUIDv4 and v7, and part of a hash in v5.
    let last = group.as_bytes()[15];
    i16::from(last) % PARTITIONS
}
