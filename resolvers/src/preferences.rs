//! `Member.preferences`, and what changes them.

use std::sync::Arc;

use coach_domain::{
    command::UserError,
    id::MemberId,
    member::Member,
    preferences::{self, Preferences, UpdatePreferences},
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, given::given, mutation};

impl batch::MemberPreferences for Resolvers {
    type Key = MemberId;
    type Value = Preferences;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Preferences>, Error> {
        let histories = context.preferences.get(members).await?;
        let zones = context.members.get(members).await?;
        let current = histories.iter().filter_map(|(id, history)| {
            let today = context
                .now()
                .with_timezone(&zones.get(id)?.time_zone)
                .date_naive();
            Some((*id, preferences::on(history, today)?.clone()))
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
            goal: given(&input.goal),
            level: given(&input.level),
            diet: given(&input.diet),
            allergens: given(&input.allergens),
            days_per_week: given(&input.days_per_week),
            display_name: given(&input.display_name),
            locale: given(&input.locale),
            time_zone: given(&input.time_zone),
            units: given(&input.units),
        };
        let occurred_at = input.occurred_at.value().copied();
        let done = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match done.await? {
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
