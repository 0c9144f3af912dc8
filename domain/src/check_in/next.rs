//! The choice of the next programme after a check-in. The table of rules is in [`crate::programme`], and in
//! `docs/PROGRAMMES.md`.

use std::sync::Arc;

use super::{CheckIn, CheckInChange};
use crate::{
    Error,
    command::{CommandContext, CommandError},
    cycle::Cycle,
    plan::{self, no_programme},
    preferences::{self, Preferences},
    programme::Programme,
    progression::{self, Answers, Load, next_load},
};

/// The next cycle's programme and load.
pub(super) struct NextProgramme {
    /// The programme that the cycle follows.
    pub(super) programme: Arc<Programme>,
    /// The load that the member wants now.
    pub(super) wanted: Load,
}

/// Chooses the programme of the next cycle. `change` is `None` if it is not known, or must not be used without consent.
///
/// # Errors
///
/// `NO_PROGRAMME` if the catalogue has no suitable programme.
pub(super) async fn next_programme(
    context: &CommandContext<'_>,
    closed: &Cycle,
    check_in: &CheckIn,
    change: Option<&CheckInChange>,
) -> Result<NextProgramme, CommandError> {
    let member = context.member()?;
    let version = (closed.programme, closed.programme_version);
    let last = context.catalogue().programmes.get(&version);
    let last = last.ok_or_else(|| {
        Error::Invariant(format!("the programme {version:?} of a cycle is missing"))
    })?;
    let plan = plan::find(context.transaction(), &[closed.plan_id])
        .await?
        .pop();
    let plan = plan.ok_or_else(|| Error::Invariant("a cycle has no plan".to_owned()))?;
    let histories = preferences::history(context.transaction(), &[member.id]).await?;
    let history = histories.get(&member.id).map(Vec::as_slice);
    let on = |date| {
        let preferred = preferences::effective_on(history.unwrap_or_default(), date);
        preferred.ok_or_else(|| Error::Invariant("a member has no preferences".to_owned()))
    };
    let current = on(context.now().with_timezone(&member.time_zone).date_naive())?;
    let wanted_then = match closed.wanted {
        Some(wanted) => wanted,
        None => Load::from(on(closed.starts_on)?),
    };
    let answers = Answers {
        energy: check_in.energy,
        sleep: check_in.sleep,
        weight: check_in
            .weight_grams
            .zip(change.and_then(|change| change.weight_grams)),
    };
    let next = next_load(
        answers.progression(plan.goal),
        Load::from(&**last),
        wanted_then,
        Load::from(current),
    );
    let wanted = Preferences {
        goal: plan.goal,
        level: next.level,
        days_per_week: next.days_per_week,
        ..current.clone()
    };
    let choice = progression::choose(context.catalogue(), &wanted).ok_or_else(no_programme)?;
    Ok(NextProgramme {
        programme: choice.programme,
        wanted: Load::from(current),
    })
}
