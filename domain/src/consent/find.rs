//! Reading consents.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{Consent, entity};
use crate::{
    Result, database,
    id::{MemberId, uuid_array},
};

/// The answers of members, one for each purpose that was answered.
pub async fn of_members(
    db: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Consent>>> {
    let sql = "
        SELECT member_id, purpose, granted, changed_at
        FROM consent
        WHERE member_id = ANY($1)
        ORDER BY member_id, purpose";
    let statement = database::statement(sql, [uuid_array(members.iter().map(|id| id.0))]);
    let rows = entity::Model::find_by_statement(statement).all(db).await?;
    let mut consents: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        consents.entry(row.member_id).or_default().push(Consent {
            purpose: row.purpose,
            granted: row.granted,
            changed_at: row.changed_at,
        });
    }
    Ok(consents)
}
