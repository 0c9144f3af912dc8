//! Which days can still be changed.

use std::sync::Arc;

use crate::{
    Error,
    command::{Obstacle, Refusal, UserError, Work},
    cycle::{self, Cycle},
    id::{CycleId, DayId},
    programme::{Programme, ProgrammeDay},
};

/// A cycle of the member's that can be changed, with its programme. `argument` is what names it in the input.
///
/// # Errors
///
/// A missing subscription; `NOT_FOUND`, also for another member's; `PLAN_ENDED`; `CYCLE_CLOSED`.
pub(crate) async fn open_cycle(
    work: &Work<'_>,
    id: CycleId,
    argument: &str,
) -> Result<(Cycle, Arc<Programme>), Refusal> {
    work.require_access()?;
    if id.member != work.member()?.id {
        return Err(UserError::not_found(argument).into());
    }
    let mut found = cycle::find(work.transaction(), &[id], work.now()).await?;
    let cycle = found.pop().ok_or_else(|| UserError::not_found(argument))?;
    if cycle.plan_ended_on.is_some() {
        return Err(UserError::new(Obstacle::PlanEnded, argument).into());
    }
    if cycle.closed_on.is_some() {
        return Err(UserError::new(Obstacle::CycleClosed, argument).into());
    }
    let version = (cycle.programme, cycle.programme_version);
    let programme = work.catalogue().programmes.get(&version);
    let programme = programme.cloned().ok_or_else(|| {
        Error::Invariant(format!("the programme {version:?} of a cycle is not there"))
    })?;
    Ok((cycle, programme))
}

/// What the programme says of a day that has come and can be changed.
///
/// # Errors
///
/// As [`open_cycle`], and `DAY_NOT_REACHED`.
pub(crate) async fn open_day(
    work: &Work<'_>,
    id: DayId,
    argument: &str,
) -> Result<ProgrammeDay, Refusal> {
    let (cycle, programme) = open_cycle(work, id.cycle, argument).await?;
    let index = usize::from(id.number).checked_sub(1);
    let day = index.and_then(|index| programme.content.days.get(index));
    let day = day.cloned().ok_or_else(|| UserError::not_found(argument))?;
    require_reached(work, &cycle, id.number, argument)?;
    Ok(day)
}

/// Refuses days that lie ahead, where the member lives now.
///
/// # Errors
///
/// `DAY_NOT_REACHED`.
pub(super) fn require_reached(
    work: &Work<'_>,
    cycle: &Cycle,
    number: u8,
    argument: &str,
) -> Result<(), Refusal> {
    let today = work.now().with_timezone(&cycle.time_zone).date_naive();
    if cycle.date_of(number) <= today {
        return Ok(());
    }
    Err(UserError::new(Obstacle::DayNotReached, argument).into())
}
