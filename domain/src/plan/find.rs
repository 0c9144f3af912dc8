//! Reading plans.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::Plan;
use crate::{
    Result, database,
    id::{MemberId, PlanId, uuid_array},
};

const PLANS: &str =
    "SELECT p.member_id, p.id, p.goal, p.status, p.started_on, p.ended_on FROM plan p";

/// The active plans of members, at most one for each.
pub async fn active(
    db: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Plan>> {
    let sql = format!("{PLANS} WHERE p.member_id = ANY($1) AND p.status = 'ACTIVE'");
    let plans = load(db, sql, [uuid_array(members.iter().map(|id| id.0))]).await?;
    let by_member = plans.into_iter().map(|plan| (plan.id.member, plan));
    Ok(by_member.collect())
}

/// All plans of members, newest first.
pub async fn of_members(
    db: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Plan>>> {
    let sql = format!(
        "{PLANS} WHERE p.member_id = ANY($1) ORDER BY p.member_id, p.started_on DESC, p.id DESC"
    );
    let statement = database::statement(sql, [uuid_array(members.iter().map(|id| id.0))]);
    database::by_member(db, statement).await
}

/// The plans with these ids, in no particular order.
pub async fn find(db: &impl ConnectionTrait, ids: &[PlanId]) -> Result<Vec<Plan>> {
    let sql = format!(
        "{PLANS} JOIN unnest($1::uuid[], $2::uuid[]) AS k (member_id, id) USING (member_id, id)"
    );
    load(db, sql, PlanId::uuid_arrays(ids)).await
}

async fn load(
    db: &impl ConnectionTrait,
    sql: String,
    keys: impl IntoIterator<Item = Value>,
) -> Result<Vec<Plan>> {
    let statement = database::statement(sql, keys);
    Ok(Plan::find_by_statement(statement).all(db).await?)
}
