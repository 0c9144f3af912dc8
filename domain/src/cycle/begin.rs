//! Beginning a cycle, when its plan starts or when the check-in of the cycle before is submitted.

use chrono::NaiveDate;

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
    // The half with the most random bits.
    let seed = id.as_u64_pair().1.cast_signed();
    let row = vec![
        ("member_id", plan.member.into()),
        ("id", id.into()),
        ("plan_id", plan.id.into()),
        ("number", number.into()),
        ("starts_on", starts_on.into()),
        ("programme_id", programme.id.into()),
        ("programme_version", programme.version.into()),
        ("seed", seed.into()),
        ("wanted_level", wanted.level.into()),
        ("wanted_days_per_week", wanted.days_per_week.into()),
    ];
    database::insert(context.transaction(), "cycle", [row]).await?;
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
