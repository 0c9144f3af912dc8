//! Pages of many members' lists in one statement.

use std::collections::HashMap;

use sea_orm::Value;

use super::{Cursor as _, PageRequest, TimeCursor};
use crate::{
    Result,
    id::{MemberId, column},
};

/// Pages of lists by time, the newest first, that are asked for together.
pub(crate) struct MemberPages<'a> {
    asked: &'a [(MemberId, PageRequest)],
    /// By place in `asked`.
    after: Vec<Result<TimeCursor>>,
}

/// The rows found, by place in what was asked for.
pub(crate) type Rows<T> = Vec<Vec<(String, T)>>;

impl<'a> MemberPages<'a> {
    /// The parameters as a table. LATERAL, `LIMIT k.first + 1` of the rows that
    /// come before `after` is the page, and one more where more follow.
    pub(crate) const PLACES: &'static str = "
        unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::uuid[])
        AS k (place, member_id, first, after_at, after_id)";

    pub(crate) fn of(asked: &'a [(MemberId, PageRequest)], list: &str) -> Self {
        let after = |(_, request): &(MemberId, PageRequest)| {
            Ok(TimeCursor::of_request(request, list)?.unwrap_or_default())
        };
        Self {
            asked,
            after: asked.iter().map(after).collect(),
        }
    }

    /// The parameters of [`Self::PLACES`], without the pages that cannot be.
    pub(crate) fn columns(&self) -> [Value; 5] {
        let places = (0_i64..).zip(self.asked).zip(&self.after);
        let places: Vec<_> = places
            .filter_map(|((place, (member, request)), after)| {
                let after = after.as_ref().ok()?;
                Some((place, member.0, i64::from(request.first), *after))
            })
            .collect();
        let at: Vec<_> = places.iter().map(|(.., after)| after.at).collect();
        let first: Vec<_> = places.iter().map(|(_, _, first, _)| *first).collect();
        let place: Vec<_> = places.iter().map(|(place, ..)| *place).collect();
        [
            place.into(),
            column(places.iter().map(|(_, member, ..)| *member)),
            first.into(),
            at.into(),
            column(places.iter().map(|(.., after)| after.id)),
        ]
    }

    /// No rows for each place.
    pub(crate) fn empty<T>(&self) -> Rows<T> {
        self.asked.iter().map(|_| Vec::new()).collect()
    }

    /// Adds a row to its place.
    pub(crate) fn put<T>(rows: &mut Rows<T>, place: i64, row: (String, T)) {
        let place = usize::try_from(place).ok();
        if let Some(rows) = place.and_then(|place| rows.get_mut(place)) {
            rows.push(row);
        }
    }

    /// What was asked for, each with its page or why there is none.
    pub(crate) fn finish<T, P>(
        self,
        rows: Rows<T>,
        page: impl Fn(&PageRequest, Vec<(String, T)>) -> P,
    ) -> HashMap<(MemberId, PageRequest), Result<P>> {
        let places = self.asked.iter().zip(self.after).zip(rows);
        places
            .map(|((asked, after), rows)| (asked.clone(), after.map(|_| page(&asked.1, rows))))
            .collect()
    }
}
