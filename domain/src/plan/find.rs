//! Reading plans.

use std::collections::HashMap;

use sea_orm::{DbErr, Value};

use super::Plan;
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    id::{MemberId, PlanId, uuid_array},
};

/// The columns of a [`Plan`], of the table with the alias `p`.
pub(crate) const COLUMNS: &str = "p.member_id, p.id, p.goal, p.status, p.started_on, p.ended_on";

impl FromRow for Plan {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            id: PlanId::from_row(row)?,
            goal: row.read()?,
            status: row.read()?,
            started_on: row.read()?,
            ended_on: row.read()?,
        })
    }
}

/// The active plans of members, at most one for each.
pub async fn active(db: &impl Fetch, members: &[MemberId]) -> Result<HashMap<MemberId, Plan>> {
    let sql =
        format!("SELECT {COLUMNS} FROM plan p WHERE p.member_id = ANY($1) AND p.status = 'ACTIVE'");
    let plans = load(db, sql, [uuid_array(members.iter().map(|id| id.0))]).await?;
    let by_member = plans.into_iter().map(|plan| (plan.id.member, plan));
    Ok(by_member.collect())
}

/// All plans of members, newest first.
pub async fn of_members(
    db: &impl Fetch,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Plan>>> {
    let sql = format!(
        "SELECT p.member_id, {COLUMNS} FROM plan p WHERE p.member_id = ANY($1)
        ORDER BY p.member_id, p.started_on DESC, p.id DESC"
    );
    let statement = database::statement(sql, [uuid_array(members.iter().map(|id| id.0))]);
    database::by_key(db, statement).await
}

/// The plans with these ids, in no particular order.
pub async fn find(db: &impl Fetch, ids: &[PlanId]) -> Result<Vec<Plan>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM plan p JOIN unnest($1::uuid[], $2::uuid[]) AS k (member_id, id) USING (member_id, id)"
    );
    load(db, sql, PlanId::uuid_arrays(ids)).await
}

async fn load(
    db: &impl Fetch,
    sql: String,
    keys: impl IntoIterator<Item = Value>,
) -> Result<Vec<Plan>> {
    db.fetch(database::statement(sql, keys)).await
}
