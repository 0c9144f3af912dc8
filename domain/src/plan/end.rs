//! Ending plans.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{PlanStatus, find};
use crate::{
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    cycle, database,
    id::PlanId,
};

/// Ends a plan on the date of the command. If it has already ended it does nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndPlan {
    /// The plan.
    pub plan: PlanId,
}

const ARGUMENT: &str = "planId";

impl Command for EndPlan {
    const NAME: &'static str = "endPlan";
    type Output = PlanId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<PlanId, CommandError> {
        context.require_access()?;
        let id = self.plan;
        if id.member != context.member()?.id {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let plan = find(context.transaction(), &[id]).await?.pop();
        let plan = plan.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        if plan.status == PlanStatus::Ended {
            return Ok(id);
        }
        let ended_on = context.today()?;
        let cycles = cycle::of_plans(context.transaction(), &[id], context.now()).await?;
        let latest = cycles.get(&id).and_then(|cycles| cycles.last());
        // A member who moved west may be on an earlier date now, so this only applies to backdated commands: a plan
        // that was continued in a later cycle cannot have ended before it.
        if context.is_backdated() && latest.is_some_and(|cycle| ended_on < cycle.starts_on) {
            return Err(UserError::new(UserErrorReason::PlanContinued, "occurredAt").into());
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
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
