//! `Member`: the fields that return it, and registration.

use std::sync::Arc;

use coach_domain::{
    account::RegisterMember,
    id::{MemberId, OpaqueId as _},
    member::Member,
    preferences::PreferenceValues,
};

use crate::{
    Error, MutationError, Request, RequestContext, Resolvers, arguments, input, mutation,
    patch::optional, payload::RegisterMemberPayload, query, selection,
};

impl query::Me for Resolvers {
    type Value = Option<Arc<Member>>;

    async fn resolve(
        request: &Request,
        selection: selection::Member<'_>,
    ) -> Result<Self::Value, Error> {
        let context = &request.context;
        if selection.plan().is_empty() {
            return Ok(context.member().await?.cloned());
        }
        let (member, plan) = context.member_with_plan().await?;
        if let (Some(member), Some(plan)) = (member, plan) {
            if let Some(found) = &plan.plan {
                let cycle = plan.cycle.map(|cycle| context.prime_cycle(cycle));
                request.loaders.plan_current_cycle.prime(found.id, cycle);
            }
            request.loaders.member_plan.prime(member.id, plan.plan);
        }
        Ok(member.cloned())
    }
}

impl query::Member for Resolvers {
    type Value = Option<Arc<Member>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryMember,
    ) -> Result<Self::Value, Error> {
        match MemberId::decode(&arguments.id) {
            Some(id) => Ok(context.members(&[id]).await?.get(&id).cloned()),
            None => Ok(None),
        }
    }
}

impl mutation::RegisterMember for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::RegisterMemberInput,
    ) -> Result<RegisterMemberPayload, MutationError> {
        let command = RegisterMember {
            display_name: input.display_name.clone(),
            email: optional(&input.email),
            verified_email: context.viewer().verified_email().cloned(),
            locale: input.locale.clone(),
            time_zone: input.time_zone,
            units: input.units,
            preferences: preference_values(&input.preferences),
        };
        context.execute(input, command).await?;
        Ok(RegisterMemberPayload {
            member: context.member().await?.cloned(),
            ..Default::default()
        })
    }
}

fn preference_values(input: &input::PreferencesInput) -> PreferenceValues {
    PreferenceValues {
        goal: input.goal,
        level: input.level,
        diet: input.diet,
        allergens: input.allergens.clone(),
        days_per_week: input.days_per_week,
    }
}
