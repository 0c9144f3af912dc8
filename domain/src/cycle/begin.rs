//! Beginning a cycle, when its plan starts or when the check-in of the cycle before is submitted.

use chrono::NaiveDate;

use super::entity;
use crate::{
    Result,
    command::CommandContext,
    database,
    event::CycleStarted,
    id::{CycleId, PlanId},
    mail::letter::YourPlan,
    programme::Programme,
    progression::Load,
};

/// Inserts a cycle, and enqueues the event and the mail with its days. `wanted` is the load that the member wants now,
/// which may differ from the programme's.
pub(crate) async fn begin(
    context: &mut CommandContext<'_>,
    plan: PlanId,
    number: i32,
    starts_on: NaiveDate,
    programme: &Programme,
    wanted: Load,
) -> Result<CycleId> {
    let id = context.new_id();
    let row = entity::Model {
        member_id: plan.member,
        id,
        plan_id: plan.id,
        number,
        starts_on,
        closed_on: None,
        programme_id: programme.id,
        programme_version: programme.version,
        // The half with the most random bits.
        seed: id.as_u64_pair().1.cast_signed(),
        wanted_level: Some(wanted.level),
        wanted_days_per_week: Some(wanted.days_per_week),
    };
    database::insert(context.transaction(), vec![row]).await?;
    context.enqueue(&CycleStarted {
        plan_id: plan.id,
        cycle_id: id,
        number,
        starts_on,
        programme_id: programme.id,
        programme_version: programme.version,
    })?;
    context.enqueue(&YourPlan { cycle: id })?;
    Ok(CycleId {
        member: plan.member,
        id,
    })
}
