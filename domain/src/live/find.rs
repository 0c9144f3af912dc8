//! Reading live sessions.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, FromQueryResult as _};

use super::LiveSession;
use crate::{
    Result, database,
    id::{LiveSessionId, uuid_array},
    page::{Cursor as _, Page, PageRequest, TimeCursor},
};

/// The name of the list in its cursors.
const LIST: &str = "live_session";

/// The columns of [`LiveSession`].
pub(super) const COLUMNS: &str = "
    id, title, coach, starts_at, waiting_room_opens_at, state, started_at, ended_at, playback_url, cancelled_at,
    video_job_id, replay_url";

/// The sessions with these ids, including cancelled ones.
pub async fn find_all(
    db: &impl ConnectionTrait,
    ids: &[LiveSessionId],
) -> Result<Vec<LiveSession>> {
    let sql = format!("SELECT {COLUMNS} FROM live_session WHERE id = ANY($1)");
    let statement = database::statement(sql, [uuid_array(ids.iter().map(|id| id.0))]);
    Ok(LiveSession::find_by_statement(statement).all(db).await?)
}

/// Locks the row of a session until the transaction ends, so that changes of one session are serialized.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    id: LiveSessionId,
) -> Result<Option<LiveSession>> {
    let sql = format!("SELECT {COLUMNS} FROM live_session WHERE id = $1 FOR UPDATE");
    let statement = database::statement(sql, [id.into()]);
    Ok(LiveSession::find_by_statement(statement).one(db).await?)
}

/// A page of the sessions that are not cancelled, upcoming and past, latest start first.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) if `after` is not a valid cursor.
pub async fn page(db: &impl ConnectionTrait, request: &PageRequest) -> Result<Page<LiveSession>> {
    let after = TimeCursor::from_request(request, LIST)?.unwrap_or_default();
    let sql = format!(
        "
        SELECT {COLUMNS}
        FROM live_session
        WHERE cancelled_at IS NULL AND (starts_at, id) < ($1, $2)
        ORDER BY starts_at DESC, id DESC
        LIMIT {}",
        request.first + 1
    );
    let statement = database::statement(sql, [after.at.into(), after.id.into()]);
    let found = LiveSession::find_by_statement(statement).all(db).await?;
    let rows = found.into_iter().map(|session| {
        let (at, id) = (session.starts_at, session.id.0);
        (TimeCursor { at, id }.encode(LIST), Arc::new(session))
    });
    Ok(Page::of(rows.collect(), request))
}
