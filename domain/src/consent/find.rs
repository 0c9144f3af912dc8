//! Reading consents.

use std::collections::HashMap;

use sea_orm::DbErr;

use super::Consent;
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    id::{MemberId, uuid_array},
};

impl FromRow for Consent {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            purpose: row.read()?,
            granted: row.read()?,
            changed_at: row.read()?,
        })
    }
}

/// The answers of members, one for each purpose that was answered.
pub async fn of_members(
    db: &impl Fetch,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Consent>>> {
    let sql = "
        SELECT member_id, purpose, granted, changed_at
        FROM consent
        WHERE member_id = ANY($1)
        ORDER BY member_id, purpose";
    let statement = database::statement(sql, [uuid_array(members.iter().map(|id| id.0))]);
    database::by_key(db, statement).await
}
