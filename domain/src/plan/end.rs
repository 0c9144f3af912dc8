//! Ending plans.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{PlanStatus, find};
use crate::{
    command::{Command, Obstacle, Refusal, UserError, Work},
    cycle, database,
    id::PlanId,
};

/// Ends a plan on the date on which it happened; one that has ended stays as it is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndPlan {
    /// Which.
    pub plan: PlanId,
}

const ARGUMENT: &str = "planId";

impl Command for EndPlan {
    const NAME: &'static str = "endPlan";
    type Outcome = PlanId;

    async fn run(&self, work: &mut Work<'_>) -> Result<PlanId, Refusal> {
        work.require_access()?;
        let id = self.plan;
        if id.member != work.member()?.id {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let plan = find(work.transaction(), &[id]).await?.pop();
        let plan = plan.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        if plan.status == PlanStatus::Ended {
            return Ok(id);
        }
        let ended_on = work.today()?;
        let cycles = cycle::of_plans(work.transaction(), &[id], work.now()).await?;
        let latest = cycles.get(&id).and_then(|cycles| cycles.last());
        // Who has moved west may be on an earlier date now; but nobody ended yesterday what they went on with since.
        if work.is_late() && latest.is_some_and(|cycle| ended_on < cycle.starts_on) {
            return Err(UserError::new(Obstacle::PlanWentOn, "occurredAt").into());
        }
        let sql = "
            UPDATE plan SET status = $3, ended_on = $4
            WHERE member_id = $1 AND id = $2 AND status = 'ACTIVE'";
        let values = [
            id.member.0.into(),
            id.id.into(),
            PlanStatus::Ended.into(),
            ended_on.into(),
        ];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
