//! Reading cycles, each with the member's time zone and the end of its plan.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DbErr, Value};

use super::{Cycle, check_in_due, check_in_opens_on, ends_on};
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    enums::Level,
    id::{CycleId, PlanId, ProgrammeId},
    progression::Load,
    time_zone,
};

/// A cycle with the member's time zone and the end of its plan.
pub(crate) struct CycleRow {
    id: CycleId,
    plan_id: PlanId,
    number: i32,
    starts_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    programme_id: ProgrammeId,
    programme_version: i32,
    seed: i64,
    wanted_level: Option<Level>,
    wanted_days_per_week: Option<i32>,
    time_zone: String,
    ended_on: Option<NaiveDate>,
}

impl FromRow for CycleRow {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        let id = CycleId::from_row(row)?;
        Ok(Self {
            id,
            plan_id: PlanId {
                member: id.member,
                id: row.read()?,
            },
            number: row.read()?,
            starts_on: row.read()?,
            closed_on: row.read()?,
            programme_id: row.read()?,
            programme_version: row.read()?,
            seed: row.read()?,
            wanted_level: row.read()?,
            wanted_days_per_week: row.read()?,
            time_zone: row.read()?,
            ended_on: row.read()?,
        })
    }
}

/// The columns of a [`CycleRow`]: of the tables with the aliases `c`, `m` and `p`.
pub(crate) const COLUMNS: &str = "
    c.member_id, c.id, c.plan_id, c.number, c.starts_on, c.closed_on, c.programme_id, c.programme_version, c.seed,
    c.wanted_level, c.wanted_days_per_week, m.time_zone, p.ended_on";

const OF_PLANS: &str = "
    FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, plan_id)
    JOIN cycle c USING (member_id, plan_id)
    JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id
    JOIN member m ON m.id = c.member_id";

/// The open cycles of active plans; a plan that has ended has no entry.
pub async fn current(
    db: &impl Fetch,
    plans: &[PlanId],
    now: DateTime<Utc>,
) -> Result<HashMap<PlanId, Cycle>> {
    let sql =
        format!("SELECT {COLUMNS} {OF_PLANS} WHERE c.closed_on IS NULL AND p.status = 'ACTIVE'");
    let cycles = load(db, sql, PlanId::uuid_arrays(plans), now).await?;
    let by_plan = cycles.into_iter().map(|cycle| (cycle.plan_id, cycle));
    Ok(by_plan.collect())
}

/// All cycles of plans, in the order of their numbers.
pub async fn of_plans(
    db: &impl Fetch,
    plans: &[PlanId],
    now: DateTime<Utc>,
) -> Result<HashMap<PlanId, Vec<Cycle>>> {
    let sql = format!("SELECT {COLUMNS} {OF_PLANS} ORDER BY c.member_id, c.plan_id, c.number");
    let mut by_plan: HashMap<_, Vec<_>> = HashMap::new();
    for cycle in load(db, sql, PlanId::uuid_arrays(plans), now).await? {
        by_plan.entry(cycle.plan_id).or_default().push(cycle);
    }
    Ok(by_plan)
}

/// The cycles with these ids, in no particular order.
pub async fn find(db: &impl Fetch, ids: &[CycleId], now: DateTime<Utc>) -> Result<Vec<Cycle>> {
    let sql = format!(
        "SELECT {COLUMNS}
        FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, id)
        JOIN cycle c USING (member_id, id)
        JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id
        JOIN member m ON m.id = c.member_id"
    );
    load(db, sql, CycleId::uuid_arrays(ids), now).await
}

async fn load(
    db: &impl Fetch,
    sql: String,
    keys: [Value; 2],
    now: DateTime<Utc>,
) -> Result<Vec<Cycle>> {
    let statement = database::statement(sql, keys);
    let rows: Vec<CycleRow> = db.fetch(statement).await?;
    Ok(rows.into_iter().map(|row| row.cycle(now)).collect())
}

impl CycleRow {
    pub(crate) fn cycle(self, now: DateTime<Utc>) -> Cycle {
        let time_zone = time_zone::parse_stored(&self.time_zone, self.id.member);
        let today = now.with_timezone(&time_zone).date_naive();
        Cycle {
            id: self.id,
            plan_id: self.plan_id,
            number: self.number,
            starts_on: self.starts_on,
            ends_on: ends_on(self.starts_on),
            check_in_opens_on: check_in_opens_on(self.starts_on),
            check_in_due: check_in_due(self.starts_on, self.closed_on, self.ended_on, today),
            closed_on: self.closed_on,
            programme: self.programme_id,
            programme_version: self.programme_version,
            seed: self.seed,
            wanted: self.wanted_level.zip(self.wanted_days_per_week).map(
                |(level, days_per_week)| Load {
                    level,
                    days_per_week,
                },
            ),
            time_zone,
            plan_ended_on: self.ended_on,
        }
    }
}
