//! `Plan`, and the fields that lead to it.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    cycle::{self, Cycle},
    id::{MemberId, PlanId},
    plan::{self, Plan},
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, batch};

impl batch::MemberPlan for Resolvers {
    type Key = MemberId;
    type Value = Plan;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Plan>, Error> {
        let plans = plan::active(context.session(), members).await?;
        Ok(plans.into_iter().map(|plan| (plan.id.member, plan)).collect())
    }
}

impl batch::MemberPlans for Resolvers {
    type Key = MemberId;
    type Value = Vec<Plan>;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Vec<Plan>>, Error> {
        let plans = plan::of_members(context.session(), members).await?;
        Ok(Batch::grouped(plans.into_iter().map(|plan| (plan.id.member, plan))))
    }
}

impl batch::PlanCurrentCycle for Resolvers {
    type Key = PlanId;
    type Value = Arc<Cycle>;

    async fn load(
        context: &RequestContext,
        plans: &[PlanId],
    ) -> Result<Batch<PlanId, Arc<Cycle>>, Error> {
        let cycles = cycle::current(context.session(), plans, context.now()).await?;
        Ok(keep(context, cycles).await.into_iter().collect())
    }
}

impl batch::PlanCycles for Resolvers {
    type Key = PlanId;
    type Value = Vec<Arc<Cycle>>;

    async fn load(
        context: &RequestContext,
        plans: &[PlanId],
    ) -> Result<Batch<PlanId, Vec<Arc<Cycle>>>, Error> {
        let cycles = cycle::of_plans(context.session(), plans, context.now()).await?;
        Ok(Batch::grouped(keep(context, cycles).await))
    }
}

/// Keeps the cycles for the fields below them, which get their ids alone.
async fn keep(context: &RequestContext, cycles: Vec<Cycle>) -> Vec<(PlanId, Arc<Cycle>)> {
    let mut kept = Vec::with_capacity(cycles.len());
    for cycle in cycles {
        let cycle = Arc::new(cycle);
        context.cycles.keep(cycle.id, Arc::clone(&cycle)).await;
        kept.push((cycle.plan_id, cycle));
    }
    kept
}

/// Plans by id, for `node`.
pub(crate) async fn find(context: &RequestContext, id: PlanId) -> Result<Option<Plan>, Error> {
    let plans = plan::find(context.session(), &[id]).await?;
    let mut plans: HashMap<_, _> = plans.into_iter().map(|plan| (plan.id, plan)).collect();
    Ok(plans.remove(&id))
}
