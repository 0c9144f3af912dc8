//! Loading cycles and days that commands may change.

use std::sync::Arc;

use crate::{
    Error,
    command::{CommandContext, CommandError, UserError, UserErrorReason},
    cycle::{self, Cycle},
    id::{CycleId, DayId},
    programme::{Programme, ProgrammeDay},
};

/// Finds a cycle of the member that may be changed, with its programme. `argument` is the input argument with its ID,
/// for errors.
///
/// # Errors
///
/// An error when the member has no access to plans; `NOT_FOUND`, also for the cycle of another member; `PLAN_ENDED`;
/// `CYCLE_CLOSED`.
pub(crate) async fn find_editable_cycle(
    context: &CommandContext<'_>,
    id: CycleId,
    argument: &str,
) -> Result<(Cycle, Arc<Programme>), CommandError> {
    context.require_access()?;
    if id.member != context.member()?.id {
        return Err(UserError::not_found(argument).into());
    }
    let mut found = cycle::find(context.transaction(), &[id], context.now()).await?;
    let cycle = found.pop().ok_or_else(|| UserError::not_found(argument))?;
    if cycle.plan_ended_on.is_some() {
        return Err(UserError::new(UserErrorReason::PlanEnded, argument).into());
    }
    if cycle.closed_on.is_some() {
        return Err(UserError::new(UserErrorReason::CycleClosed, argument).into());
    }
    let version = (cycle.programme, cycle.programme_version);
    let programme = context.catalogue().programmes.get(&version);
    let programme = programme.cloned().ok_or_else(|| {
        Error::Invariant(format!(
            "the programme {version:?} of a cycle does not exist"
        ))
    })?;
    Ok((cycle, programme))
}

/// Finds the content of the programme for a day that may be changed and is not in the future.
///
/// # Errors
///
/// As [`find_editable_cycle`], and `DAY_NOT_REACHED`.
pub(crate) async fn find_editable_day(
    context: &CommandContext<'_>,
    id: DayId,
    argument: &str,
) -> Result<ProgrammeDay, CommandError> {
    let (cycle, programme) = find_editable_cycle(context, id.cycle, argument).await?;
    let index = usize::from(id.number).checked_sub(1);
    let day = index.and_then(|index| programme.content.days.get(index));
    let day = day.cloned().ok_or_else(|| UserError::not_found(argument))?;
    require_reached(context, &cycle, id.number, argument)?;
    Ok(day)
}

/// Rejects days that are in the future, in the member's current time zone.
///
/// # Errors
///
/// `DAY_NOT_REACHED`.
pub(super) fn require_reached(
    context: &CommandContext<'_>,
    cycle: &Cycle,
    number: u8,
    argument: &str,
) -> Result<(), CommandError> {
    let today = context.now().with_timezone(&cycle.time_zone).date_naive();
    if cycle.date_of(number) <= today {
        return Ok(());
    }
    Err(UserError::new(UserErrorReason::DayNotReached, argument).into())
}
