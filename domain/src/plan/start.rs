//! Starting plans.

use serde::{Deserialize, Serialize};

use super::{PlanStatus, entity, of_members};
use crate::{
    Error,
    command::{Command, Obstacle, Refusal, UserError, Work},
    cycle, database,
    event::PlanStarted,
    id::PlanId,
    preferences::{self, Goal, Preferences},
    programme::{self, Load, Reason},
};

/// Starts a plan with its first cycle, on the date on which it happened.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StartPlan {
    /// What it shall be for; `None` for what the member prefers.
    pub goal: Option<Goal>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Started {
    /// The plan.
    pub plan: PlanId,
    /// Why it follows the programme that it does. Kept, because preferences may change before somebody asks again.
    pub reasons: Vec<Reason>,
}

impl Command for StartPlan {
    const NAME: &'static str = "startPlan";
    type Outcome = Started;

    async fn run(&self, work: &mut Work<'_>) -> Result<Started, Refusal> {
        work.require_access()?;
        let member = work.member()?.id;
        let started_on = work.today()?;
        let plans = of_members(work.transaction(), &[member]).await?;
        for plan in plans.get(&member).into_iter().flatten() {
            if plan.status == PlanStatus::Active {
                return Err(UserError::new(Obstacle::ActivePlan, "").into());
            }
            // A phone that was offline may say that it began before the other one ended. Only then: who has moved west
            // since may be on an earlier date now.
            if work.is_late() && plan.ended_on.is_some_and(|last| started_on < last) {
                return Err(UserError::new(Obstacle::OtherPlanThen, "occurredAt").into());
            }
        }
        let wanted = wanted(work, self.goal).await?;
        let choice = programme::choose(work.catalogue(), &wanted).ok_or_else(no_programme)?;
        let plan = PlanId {
            member,
            id: work.new_id(),
        };
        let row = entity::Model {
            member_id: member,
            id: plan.id,
            goal: wanted.goal,
            status: PlanStatus::Active,
            started_on,
            ended_on: None,
        };
        database::insert(work.transaction(), vec![row]).await?;
        work.owe(&PlanStarted {
            plan_id: plan.id,
            goal: wanted.goal,
            started_on,
        })?;
        let load = Load::from(&wanted);
        cycle::begin(work, plan, 1, started_on, &choice.programme, load).await?;
        Ok(Started {
            plan,
            reasons: choice.reasons(&wanted),
        })
    }
}

/// What the member wants now, for this goal where there is one.
async fn wanted(work: &Work<'_>, goal: Option<Goal>) -> Result<Preferences, Refusal> {
    let member = work.member()?;
    let today = work.now().with_timezone(&member.time_zone).date_naive();
    let histories = preferences::history(work.transaction(), &[member.id]).await?;
    let history = histories.get(&member.id).map(Vec::as_slice);
    let current = preferences::on(history.unwrap_or_default(), today);
    let current = current.ok_or_else(|| Error::Invariant("a member prefers nothing".into()))?;
    Ok(Preferences {
        goal: goal.unwrap_or(current.goal),
        ..current.clone()
    })
}

/// Nothing can be followed.
pub(crate) fn no_programme() -> UserError {
    UserError::new(Obstacle::NoProgramme, "")
}
