//! `Member`: the fields that return it, and registration.

use std::sync::Arc;

use coach_domain::{
    account::RegisterMember,
    command::UserError,
    id::{MemberId, OpaqueId as _},
    member::Member,
    preferences::PreferenceValues,
};

use crate::{Error, RequestContext, Resolvers, arguments, mutation, query};

impl query::Me for Resolvers {
    type Value = Option<Arc<Member>>;

    async fn resolve(context: &RequestContext) -> Result<Self::Value, Error> {
        Ok(context.member().await?.map(Arc::clone))
    }
}

impl query::Member for Resolvers {
    type Value = Option<Arc<Member>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryMember,
    ) -> Result<Self::Value, Error> {
        match MemberId::decode(&arguments.id) {
            Some(id) => Ok(context.members.get_one(&id).await?),
            None => Ok(None),
        }
    }
}

/// `RegisterMemberPayload`.
#[derive(Debug, Default)]
pub struct RegisterMemberPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::RegisterMember for Resolvers {
    type Value = RegisterMemberPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationRegisterMember,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let command = RegisterMember {
            display_name: input.display_name.clone(),
            email: input.email.value().cloned(),
            verified_email: context.viewer().verified_email().cloned(),
            locale: input.locale.clone(),
            time_zone: input.time_zone,
            units: input.units,
            preferences: PreferenceValues {
                goal: input.preferences.goal,
                level: input.preferences.level,
                diet: input.preferences.diet,
                allergens: input.preferences.allergens.clone(),
                days_per_week: input.preferences.days_per_week,
            },
        };
        let result = context.execute(&input.idempotency_key, None, command);
        Ok(match result.await? {
            Ok(_) => RegisterMemberPayload {
                member: context.member().await?.cloned(),
                ..RegisterMemberPayload::default()
            },
            Err(error) => RegisterMemberPayload {
                user_errors: vec![error],
                ..RegisterMemberPayload::default()
            },
        })
    }
}
