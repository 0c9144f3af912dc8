//! Reading live sessions.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, FromQueryResult as _};

use super::LiveSession;
use crate::{
    Result, database,
    id::LiveSessionId,
    page::{Cursor as _, Page, PageRequest, TimeCursor},
};

/// The columns of [`LiveSession`].
pub(super) const COLUMNS: &str = "
    id, title, coach, starts_at, waiting_room_opens_at, state, started_at, ended_at, playback_url, cancelled_at,
    video_job_id, replay_url";

/// The session with this id, called off or not.
pub async fn find(db: &impl ConnectionTrait, id: LiveSessionId) -> Result<Option<LiveSession>> {
    load(db, id, "").await
}

/// The same, its row locked: changes of one session come one after the other, whoever makes them.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    id: LiveSessionId,
) -> Result<Option<LiveSession>> {
    load(db, id, "FOR UPDATE").await
}

async fn load(
    db: &impl ConnectionTrait,
    id: LiveSessionId,
    locked: &str,
) -> Result<Option<LiveSession>> {
    let sql = format!("SELECT {COLUMNS} FROM live_session WHERE id = $1 {locked}");
    let statement = database::statement(sql, [id.into()]);
    Ok(LiveSession::find_by_statement(statement).one(db).await?)
}

/// A page of the sessions that are not called off, upcoming and past, the latest start first.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) for what is not a cursor.
pub async fn page(db: &impl ConnectionTrait, request: &PageRequest) -> Result<Page<LiveSession>> {
    let after = TimeCursor::of_request(request)?.unwrap_or_default();
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
        (TimeCursor { at, id }.encode(), Arc::new(session))
    });
    Ok(Page::of(rows.collect(), request))
}
