//! Starting plans.

use serde::{Deserialize, Serialize};

use super::{Plan, PlanStatus, of_members};
use crate::{
    Error,
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    cycle, database,
    enums::Goal,
    event::PlanStarted,
    id::PlanId,
    preferences::{self, Preferences},
    progression::{self, Load, Reason},
    tally,
};

/// Starts a plan with its first cycle on the date of the command.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StartPlan {
    /// The goal; `None` for the goal of the member's preferences.
    pub goal: Option<Goal>,
}

/// The output of [`StartPlan`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Started {
    /// The plan.
    pub plan: PlanId,
    /// Why its programme was chosen. Stored with the output, because preferences may change before a retry.
    pub reasons: Vec<Reason>,
}

impl Command for StartPlan {
    const NAME: &'static str = "startPlan";
    type Output = Started;

    fn count() {
        tally::count_plan();
    }

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Started, CommandError> {
        context.require_access()?;
        let member = context.member()?.id;
        let started_on = context.today()?;
        let plans = of_members(context.transaction(), &[member]).await?;
        for plan in plans.get(&member).into_iter().flatten() {
            if plan.status == PlanStatus::Active {
                return Err(UserError::new(UserErrorReason::ActivePlanExists, "").into());
            }
            // A phone that was offline may backdate the start to before the other plan ended. Only then: a member who
            // moved west may be on an earlier date now.
            if context.is_backdated() && plan.ended_on.is_some_and(|last| started_on < last) {
                return Err(UserError::new(UserErrorReason::OtherPlanOnDate, "occurredAt").into());
            }
        }
        let preferences = wanted_preferences(context, self.goal).await?;
        let choice =
            progression::choose(context.catalogue(), &preferences).ok_or_else(no_programme)?;
        let id = PlanId {
            member,
            id: context.new_id(),
        };
        let plan = Plan {
            id,
            goal: preferences.goal,
            status: PlanStatus::Active,
            started_on,
            ended_on: None,
        };
        database::insert(context.transaction(), "plan", [plan.columns()]).await?;
        context.enqueue(&PlanStarted {
            plan_id: id.id,
            goal: plan.goal,
            started_on,
        })?;
        let load = Load::from(&preferences);
        cycle::begin(context, id, 1, started_on, &choice.programme, load).await?;
        Ok(Started {
            plan: id,
            reasons: choice.reasons(&preferences),
        })
    }
}

/// The member's current preferences, with this goal if there is one.
async fn wanted_preferences(
    context: &CommandContext<'_>,
    goal: Option<Goal>,
) -> Result<Preferences, CommandError> {
    let member = context.member()?;
    let today = context.now().with_timezone(&member.time_zone).date_naive();
    let histories = preferences::history(context.transaction(), &[member.id]).await?;
    let history = histories.get(&member.id).map(Vec::as_slice);
    let current = preferences::effective_on(history.unwrap_or_default(), today);
    let current = current.ok_or_else(|| Error::Invariant("a member has no preferences".into()))?;
    Ok(Preferences {
        goal: goal.unwrap_or(current.goal),
        ..current.clone()
    })
}

/// The user error if the catalogue has no suitable programme.
pub(crate) fn no_programme() -> UserError {
    UserError::new(UserErrorReason::NoProgramme, "")
}
