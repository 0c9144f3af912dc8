//! Reading preferences.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::Preferences;
use crate::{
    Result, database,
    id::{MemberId, uuid_array},
};

/// All preferences that members have had, ordered by the date from which they are effective, earliest first.
pub async fn history(
    db: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Preferences>>> {
    let sql = "
        SELECT member_id, effective_from, goal, level, diet, allergens, days_per_week
        FROM member_preferences
        WHERE member_id = ANY($1)
        ORDER BY member_id, effective_from";
    let statement = database::statement(sql, [uuid_array(members.iter().map(|id| id.0))]);
    database::by_member(db, statement).await
}
