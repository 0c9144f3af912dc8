//! Beginning a cycle: with its plan, or with the check-in of the one before.

use chrono::NaiveDate;

use super::entity;
use crate::{
    Result,
    command::Work,
    database,
    event::CycleStarted,
    id::{CycleId, PlanId},
    mail::letter::YourPlan,
    programme::{Load, Programme},
};

/// Inserts a cycle, and owes what its beginning causes: the event, and the mail with its days. `wanted` is what the member
/// wants now, which the programme need not have.
pub(crate) async fn begin(
    work: &mut Work<'_>,
    plan: PlanId,
    number: i32,
    starts_on: NaiveDate,
    programme: &Programme,
    wanted: Load,
) -> Result<CycleId> {
    let id = work.new_id();
    let row = entity::Model {
        member_id: plan.member,
        id,
        plan_id: plan.id,
        number,
        starts_on,
        closed_on: None,
        programme_id: programme.id,
        programme_version: programme.version,
        // The random half.
        seed: id.as_u64_pair().1.cast_signed(),
        wanted_level: Some(wanted.level),
        wanted_days_per_week: Some(wanted.days_per_week),
    };
    database::insert(work.transaction(), vec![row]).await?;
    work.owe(&CycleStarted {
        plan_id: plan.id,
        cycle_id: id,
        number,
        starts_on,
        programme_id: programme.id,
        programme_version: programme.version,
    })?;
    work.owe(&YourPlan { cycle: id })?;
    Ok(CycleId {
        member: plan.member,
        id,
    })
}
