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
        Ok(plan::active(context.session(), members).await?.into())
    }
}

impl batch::MemberPlans for Resolvers {
    type Key = MemberId;
    type Value = Vec<Plan>;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Vec<Plan>>, Error> {
        Ok(plan::of_members(context.session(), members).await?.into())
    }
}

impl batch::PlanCurrentCycle for Resolvers {
    type Key = PlanId;
    type Value = Arc<Cycle>;

    async fn load(
        context: &RequestContext,
        plans: &[PlanId],
    ) -> Result<Batch<PlanId, Arc<Cycle>>, Error> {
        let mut kept = HashMap::new();
        for (plan, cycle) in cycle::current(context.session(), plans, context.now()).await? {
            kept.insert(plan, context.keep_cycle(cycle).await);
        }
        Ok(kept.into())
    }
}

impl batch::PlanCycles for Resolvers {
    type Key = PlanId;
    type Value = Vec<Arc<Cycle>>;

    async fn load(
        context: &RequestContext,
        plans: &[PlanId],
    ) -> Result<Batch<PlanId, Vec<Arc<Cycle>>>, Error> {
        let mut kept: HashMap<_, Vec<_>> = HashMap::new();
        for (plan, cycles) in cycle::of_plans(context.session(), plans, context.now()).await? {
            for cycle in cycles {
                kept.entry(plan)
                    .or_default()
                    .push(context.keep_cycle(cycle).await);
            }
        }
        Ok(kept.into())
    }
}

/// The plan with this id, for `node`.
pub(crate) async fn find(context: &RequestContext, id: PlanId) -> Result<Option<Plan>, Error> {
    Ok(plan::find(context.session(), &[id]).await?.pop())
}
