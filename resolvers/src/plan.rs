//! `Plan`: the fields that return it, and its mutations.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    command::UserError,
    cycle::{self, Cycle},
    id::{MemberId, OpaqueId as _, PlanId},
    plan::{self, EndPlan, Plan, StartPlan},
    progression::Reason,
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, mutation};

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
            current.insert(plan, context.prime_cycle(cycle).await);
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
                    .push(context.prime_cycle(cycle).await);
            }
        }
        Ok(by_plan.into())
    }
}

/// The plan with this id.
pub(crate) async fn find(context: &RequestContext, id: PlanId) -> Result<Option<Plan>, Error> {
    Ok(plan::find(context.session(), &[id]).await?.pop())
}

/// `StartPlanPayload`.
#[derive(Debug, Default)]
pub struct StartPlanPayload {
    pub(crate) plan: Option<Plan>,
    pub(crate) reasons: Option<Vec<String>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::StartPlan for Resolvers {
    type Value = StartPlanPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationStartPlan,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let command = StartPlan {
            goal: input.goal.value().copied(),
        };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(started) => StartPlanPayload {
                plan: find(context, started.plan).await?,
                reasons: Some(started.reasons.iter().map(Reason::sentence).collect()),
                user_errors: Vec::new(),
            },
            Err(error) => StartPlanPayload {
                user_errors: vec![error],
                ..StartPlanPayload::default()
            },
        })
    }
}

/// `EndPlanPayload`.
#[derive(Debug, Default)]
pub struct EndPlanPayload {
    pub(crate) plan: Option<Plan>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::EndPlan for Resolvers {
    type Value = EndPlanPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationEndPlan,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let rejected = |error| EndPlanPayload {
            user_errors: vec![error],
            ..EndPlanPayload::default()
        };
        let Some(plan) = PlanId::decode(&input.plan_id) else {
            return Ok(rejected(UserError::not_found("planId")));
        };
        let command = EndPlan { plan };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(id) => EndPlanPayload {
                plan: find(context, id).await?,
                ..EndPlanPayload::default()
            },
            Err(error) => rejected(error),
        })
    }
}
