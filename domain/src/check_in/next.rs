//! Which programme follows from a check-in. The table is in [`crate::programme`], and in `docs/PROGRAMMES.md`.

use std::sync::Arc;

use super::{CheckIn, CheckInChange};
use crate::{
    Error,
    command::{Refusal, Work},
    cycle::Cycle,
    plan::{self, no_programme},
    preferences::{self, Preferences},
    programme::{self, Answers, Load, Programme, next_load},
};

/// What the next cycle is made from.
pub(super) struct Next {
    /// What it follows.
    pub(super) programme: Arc<Programme>,
    /// What the member wants of training by now.
    pub(super) wanted: Load,
}

/// What the cycle that begins follows. `change` is there where it is known and may be used.
///
/// # Errors
///
/// `NO_PROGRAMME`.
pub(super) async fn next_programme(
    work: &Work<'_>,
    closed: &Cycle,
    check_in: &CheckIn,
    change: Option<&CheckInChange>,
) -> Result<Next, Refusal> {
    let member = work.member()?;
    let version = (closed.programme, closed.programme_version);
    let last = work.catalogue().programmes.get(&version);
    let last = last.ok_or_else(|| {
        Error::Invariant(format!("the programme {version:?} of a cycle is not there"))
    })?;
    let plan = plan::find(work.transaction(), &[closed.plan_id])
        .await?
        .pop();
    let plan = plan.ok_or_else(|| Error::Invariant("a cycle has no plan".to_owned()))?;
    let histories = preferences::history(work.transaction(), &[member.id]).await?;
    let history = histories.get(&member.id).map(Vec::as_slice);
    let on = |date| {
        let preferred = preferences::on(history.unwrap_or_default(), date);
        preferred.ok_or_else(|| Error::Invariant("a member prefers nothing".to_owned()))
    };
    let now = on(work.now().with_timezone(&member.time_zone).date_naive())?;
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
        answers.verdict(plan.goal),
        Load::from(&**last),
        wanted_then,
        Load::from(now),
    );
    let wanted = Preferences {
        goal: plan.goal,
        level: next.level,
        days_per_week: next.days_per_week,
        ..now.clone()
    };
    let choice = programme::choose(work.catalogue(), &wanted).ok_or_else(no_programme)?;
    Ok(Next {
        programme: choice.programme,
        wanted: Load::from(now),
    })
}
