//! Reading preferences.

use std::collections::HashMap;

use sea_orm::DbErr;

use super::Preferences;
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    id::{MemberId, uuid_array},
};

impl FromRow for Preferences {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            effective_from: row.read()?,
            goal: row.read()?,
            level: row.read()?,
            diet: row.read()?,
            allergens: row.read()?,
            days_per_week: row.read()?,
        })
    }
}

/// All preferences that members have had, ordered by the date from which they are effective, earliest first.
pub async fn history(
    db: &impl Fetch,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Preferences>>> {
    let sql = "
        SELECT member_id, effective_from, goal, level, diet, allergens, days_per_week
        FROM member_preferences
        WHERE member_id = ANY($1)
        ORDER BY member_id, effective_from";
    let statement = database::statement(sql, [uuid_array(members.iter().map(|id| id.0))]);
    database::by_key(db, statement).await
}
