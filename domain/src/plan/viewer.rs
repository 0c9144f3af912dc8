//! The member who signs in, read together with what the app's screens show first.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::{Plan, find};
use crate::{
    Result,
    cycle::{
        Cycle,
        find::{self as cycles, CycleRow},
    },
    database::{self, Fetch, FromRow, RowReader},
    member::{
        Member,
        find::{self as members, MemberRow},
    },
    viewer::Subject,
};

/// A member's active plan and its open cycle.
#[derive(Debug)]
pub struct PlanWithCycle {
    /// The active plan.
    pub plan: Option<Plan>,
    /// The open cycle of that plan.
    pub cycle: Option<Cycle>,
}

struct Row {
    member: MemberRow,
    plan: Option<Plan>,
    cycle: Option<CycleRow>,
}

impl FromRow for Row {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        let member = MemberRow::from_row(row)?;
        // There is no cycle without a plan.
        let plan = row.read_if_present()?;
        let cycle = plan.is_some().then(|| row.read_if_present());
        let cycle = cycle.transpose()?.flatten();
        Ok(Self {
            member,
            plan,
            cycle,
        })
    }
}

static FIND_BY_SUBJECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {MEMBER}, p.id IS NOT NULL, {PLAN}, c.id IS NOT NULL, {CYCLE}
        FROM {MEMBERS}
        LEFT JOIN plan p ON p.member_id = m.id AND p.status = 'ACTIVE'
        LEFT JOIN cycle c ON c.member_id = p.member_id AND c.plan_id = p.id AND c.closed_on IS NULL
        WHERE m.issuer = $1 AND m.subject = $2",
        MEMBER = members::COLUMNS,
        PLAN = find::COLUMNS,
        CYCLE = cycles::COLUMNS,
        MEMBERS = members::TABLES,
    )
});

/// The member who signs in as `subject`, with the active plan and its open cycle; `None` if they have not registered.
pub async fn find_by_subject(
    db: &impl Fetch,
    subject: &Subject,
    now: DateTime<Utc>,
) -> Result<Option<(Member, PlanWithCycle)>> {
    if !subject.is_storable() {
        return Ok(None);
    }
    let Subject { issuer, subject } = subject;
    let statement = database::statement(FIND_BY_SUBJECT.as_str(), [issuer.into(), subject.into()]);
    let row = db.fetch_one::<Row>(statement).await?;
    Ok(row.map(|row| {
        let plan = PlanWithCycle {
            plan: row.plan,
            cycle: row.cycle.map(|cycle| cycle.cycle(now)),
        };
        (row.member.member(now), plan)
    }))
}
