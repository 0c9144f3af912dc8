//! `Member.preferences` and its mutation.

use std::sync::Arc;

use coach_domain::{
    command::UserError,
    id::MemberId,
    member::Member,
    preferences::{self, Preferences, UpdatePreferences},
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, mutation, patch::patch};

impl batch::MemberPreferences for Resolvers {
    type Key = MemberId;
    type Value = Preferences;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Preferences>, Error> {
        let histories = context.preferences.get(members).await?;
        let loaded = context.members.get(members).await?;
        let current = histories.iter().filter_map(|(id, history)| {
            let today = context
                .now()
                .with_timezone(&loaded.get(id)?.time_zone)
                .date_naive();
            Some((*id, preferences::effective_on(history, today)?.clone()))
        });
        Ok(current.collect())
    }
}

/// `UpdatePreferencesPayload`.
#[derive(Debug, Default)]
pub struct UpdatePreferencesPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::UpdatePreferences for Resolvers {
    type Value = UpdatePreferencesPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationUpdatePreferences,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let command = UpdatePreferences {
            goal: patch(&input.goal),
            level: patch(&input.level),
            diet: patch(&input.diet),
            allergens: patch(&input.allergens),
            days_per_week: patch(&input.days_per_week),
            display_name: patch(&input.display_name),
            locale: patch(&input.locale),
            time_zone: patch(&input.time_zone),
            units: patch(&input.units),
        };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(_) => UpdatePreferencesPayload {
                member: context.member().await?.cloned(),
                ..UpdatePreferencesPayload::default()
            },
            Err(error) => UpdatePreferencesPayload {
                user_errors: vec![error],
                ..UpdatePreferencesPayload::default()
            },
        })
    }
}
