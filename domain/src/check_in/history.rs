//! Reading check-ins page by page.

use std::{collections::HashMap, sync::Arc};

use super::{CheckIn, find::columns};
use crate::{
    Result,
    database::{self, Fetch, Keyed},
    id::MemberId,
    page::{Cursor as _, MemberPages, Page, PageRequest, TimeCursor},
};

/// The name of the list in its cursors.
const LIST: &str = "check_in";

/// Pages of members' check-ins of all plans, newest first. The result of a page whose `after` is not a valid cursor is
/// [`Error::BadInput`](crate::Error::BadInput), without affecting the other pages.
pub async fn pages(
    db: &impl Fetch,
    requests: &[(MemberId, PageRequest)],
) -> Result<HashMap<(MemberId, PageRequest), Result<Page<CheckIn>>>> {
    let pages = MemberPages::new(requests, LIST);
    let sql = format!(
        "SELECT k.place, {COLUMNS}
        FROM {REQUESTS}
        CROSS JOIN LATERAL (
            SELECT {COLUMNS} FROM check_in c
            WHERE c.member_id = k.member_id AND (c.submitted_at, c.id) < (k.after_at, k.after_id)
            ORDER BY c.submitted_at DESC, c.id DESC
            LIMIT k.first + 1
        ) c
        ORDER BY k.place, c.submitted_at DESC, c.id DESC",
        COLUMNS = columns(),
        REQUESTS = MemberPages::REQUESTS,
    );
    let statement = database::statement(sql, pages.parameters());
    let mut found = pages.empty();
    for Keyed(place, check_in) in db.fetch::<Keyed<i64, CheckIn>>(statement).await? {
        let (at, id) = (check_in.submitted_at, check_in.id.id);
        let cursor = TimeCursor { at, id }.encode(LIST);
        let row = (cursor, Arc::new(check_in));
        MemberPages::push(&mut found, place, row);
    }
    let of = |request: &PageRequest, rows| Page::of(rows, request);
    Ok(pages.into_results(found, of))
}
