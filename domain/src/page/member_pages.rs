//! Pages of several members' lists in one statement.

use std::collections::HashMap;

use sea_orm::Value;

use super::{Cursor as _, PageRequest, TimeCursor};
use crate::{
    Result,
    id::{MemberId, uuid_array},
};

/// Requests for pages of lists ordered by time, the newest first, that one statement answers.
pub(crate) struct MemberPages<'a> {
    requests: &'a [(MemberId, PageRequest)],
    /// The decoded cursors, by index in `requests`.
    after: Vec<Result<TimeCursor>>,
}

/// The rows found with their cursors, by index of the request.
pub(crate) type Rows<T> = Vec<Vec<(String, T)>>;

impl<'a> MemberPages<'a> {
    /// The requests as a table `k`. Joined with a `LATERAL` query that has `LIMIT k.first + 1`, it gives the page of
    /// each request, and one more row when more follow.
    pub(crate) const REQUESTS: &'static str = "
        unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::uuid[])
        AS k (place, member_id, first, after_at, after_id)";

    pub(crate) fn new(requests: &'a [(MemberId, PageRequest)], list: &str) -> Self {
        let after = |(_, request): &(MemberId, PageRequest)| {
            Ok(TimeCursor::from_request(request, list)?.unwrap_or_default())
        };
        Self {
            requests,
            after: requests.iter().map(after).collect(),
        }
    }

    /// The parameters of [`Self::REQUESTS`], without the requests whose cursor is invalid.
    pub(crate) fn parameters(&self) -> [Value; 5] {
        let requests = (0_i64..).zip(self.requests).zip(&self.after);
        let requests: Vec<_> = requests
            .filter_map(|((place, (member, request)), after)| {
                let after = after.as_ref().ok()?;
                Some((place, member.0, i64::from(request.first), *after))
            })
            .collect();
        let at: Vec<_> = requests.iter().map(|(.., after)| after.at).collect();
        let first: Vec<_> = requests.iter().map(|(_, _, first, _)| *first).collect();
        let place: Vec<_> = requests.iter().map(|(place, ..)| *place).collect();
        [
            place.into(),
            uuid_array(requests.iter().map(|(_, member, ..)| *member)),
            first.into(),
            at.into(),
            uuid_array(requests.iter().map(|(.., after)| after.id)),
        ]
    }

    /// An empty list of rows for each request.
    pub(crate) fn empty<T>(&self) -> Rows<T> {
        self.requests.iter().map(|_| Vec::new()).collect()
    }

    /// Adds a row to the request with index `place`.
    pub(crate) fn push<T>(rows: &mut Rows<T>, place: i64, row: (String, T)) {
        let place = usize::try_from(place).ok();
        if let Some(rows) = place.and_then(|place| rows.get_mut(place)) {
            rows.push(row);
        }
    }

    /// The requests, each with its page or the error of its cursor.
    pub(crate) fn into_results<T, P>(
        self,
        rows: Rows<T>,
        page: impl Fn(&PageRequest, Vec<(String, T)>) -> P,
    ) -> HashMap<(MemberId, PageRequest), Result<P>> {
        let requests = self.requests.iter().zip(self.after).zip(rows);
        requests
            .map(|((request, after), rows)| {
                (request.clone(), after.map(|_| page(&request.1, rows)))
            })
            .collect()
    }
}
