//! Reading preferences.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{Preferences, entity};
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
    let rows = entity::Model::find_by_statement(statement).all(db).await?;
    let mut histories: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        histories
            .entry(row.member_id)
            .or_default()
            .push(Preferences::from(row));
    }
    Ok(histories)
}

impl From<entity::Model> for Preferences {
    fn from(row: entity::Model) -> Self {
        Self {
            effective_from: row.effective_from,
            goal: row.goal,
            level: row.level,
            diet: row.diet,
            allergens: row.allergens,
            days_per_week: row.days_per_week,
        }
    }
}
