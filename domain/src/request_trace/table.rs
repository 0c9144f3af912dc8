//! The table `request_trace`: slow and failed requests of all processes.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};

use super::RequestTrace;
use crate::{
    Error, Result,
    database::{self, Purge},
    id::uuid_array,
};

/// Deletes rows, by when their request began.
pub const PURGE: Purge = Purge::new("request_trace", "id", "started_at");

/// Inserts traces.
pub(super) async fn insert(db: &impl ConnectionTrait, traces: &[RequestTrace]) -> Result<()> {
    let texts = traces.iter().map(serde_json::to_string);
    let texts = texts.collect::<Result<Vec<_>, _>>();
    let texts = texts.map_err(|error| Error::Invariant(error.to_string()))?;
    let request_ids = traces.iter().map(|it| it.request_id.clone());
    let starts = traces.iter().map(|it| it.started_at);
    let durations = traces.iter().map(|it| it.duration_ms);
    let sql = "
        INSERT INTO request_trace (id, request_id, started_at, duration_ms, trace)
        SELECT id, request_id, started_at, duration_ms, trace::jsonb
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::float8[], $5::text[])
            AS it (id, request_id, started_at, duration_ms, trace)
        ON CONFLICT DO NOTHING";
    let values = [
        uuid_array(traces.iter().map(|it| it.id)),
        request_ids.collect::<Vec<_>>().into(),
        starts.collect::<Vec<_>>().into(),
        durations.collect::<Vec<_>>().into(),
        texts.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// The newest trace of a request with this id.
///
/// # Errors
///
/// Database errors.
pub async fn find(db: &impl ConnectionTrait, request_id: &str) -> Result<Option<RequestTrace>> {
    let sql = "
        SELECT id, trace::text
        FROM request_trace
        WHERE request_id = $1
        ORDER BY started_at DESC
        LIMIT 1";
    let statement = database::statement(sql, [request_id.into()]);
    let row = db.query_one_raw(statement).await?;
    row.map(|row| read(&row)).transpose()
}

/// At most `limit` traces of requests that began after a time, the slowest first.
///
/// # Errors
///
/// Database errors.
pub async fn slowest(
    db: &impl ConnectionTrait,
    after: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<RequestTrace>> {
    let sql = format!(
        "
        SELECT id, trace::text
        FROM request_trace
        WHERE started_at > $1
        ORDER BY duration_ms DESC, id
        LIMIT {limit}"
    );
    let statement = database::statement(sql, [after.into()]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<RequestTrace> {
    let text: String = row.try_get_by_index(1)?;
    let trace: RequestTrace =
        serde_json::from_str(&text).map_err(|error| Error::Invariant(error.to_string()))?;
    let id = row.try_get_by_index(0)?;
    Ok(RequestTrace { id, ..trace })
}
