//! `Plan`: the fields that return it, and its mutations.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    cycle::{self, Cycle},
    id::{MemberId, PlanId},
    plan::{self, EndPlan, Plan, StartPlan},
    progression::Reason,
};
use coach_execution::Batch;

use crate::{
    Error, MutationError, RequestContext, Resolvers, batch,
    command::decode,
    input, mutation,
    patch::optional,
    payload::{EndPlanPayload, StartPlanPayload},
};

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
        let mut current = HashMap::new();
        for (plan, cycle) in cycle::current(context.session(), plans, context.now()).await? {
            current.insert(plan, context.prime_cycle(cycle));
        }
        Ok(current.into())
    }
}

impl batch::PlanCycles for Resolvers {
    type Key = PlanId;
    type Value = Vec<Arc<Cycle>>;

    async fn load(
        context: &RequestContext,
        plans: &[PlanId],
    ) -> Result<Batch<PlanId, Vec<Arc<Cycle>>>, Error> {
        let mut by_plan: HashMap<_, Vec<_>> = HashMap::new();
        for (plan, cycles) in cycle::of_plans(context.session(), plans, context.now()).await? {
            for cycle in cycles {
                by_plan
                    .entry(plan)
                    .or_default()
                    .push(context.prime_cycle(cycle));
            }
        }
        Ok(by_plan.into())
    }
}

/// The plan with this id.
pub(crate) async fn find(context: &RequestContext, id: PlanId) -> Result<Option<Plan>, Error> {
    Ok(plan::find(context.session(), &[id]).await?.pop())
}

impl mutation::StartPlan for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::StartPlanInput,
    ) -> Result<StartPlanPayload, MutationError> {
        let goal = optional(&input.goal);
        let started = context.execute(input, StartPlan { goal }).await?;
        Ok(StartPlanPayload {
            plan: find(context, started.plan).await?.map(Arc::new),
            reasons: Some(started.reasons.iter().map(Reason::sentence).collect()),
            ..Default::default()
        })
    }
}

impl mutation::EndPlan for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::EndPlanInput,
    ) -> Result<EndPlanPayload, MutationError> {
        let plan = decode(&input.plan_id, "planId")?;
        Ok(EndPlanPayload {
            plan: context.change(input, EndPlan { plan }, find).await?,
            ..Default::default()
        })
    }
}
