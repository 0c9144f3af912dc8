//! `Member.preferences` and its mutation.

use coach_domain::{
    id::MemberId,
    preferences::{self, Preferences, UpdatePreferences},
};
use coach_execution::Batch;

use crate::{
    Error, MutationError, RequestContext, Resolvers, batch, input, mutation, patch::patch,
    payload::UpdatePreferencesPayload,
};

impl batch::MemberPreferences for Resolvers {
    type Key = MemberId;
    type Value = Preferences;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Preferences>, Error> {
        let histories = context.histories(members).await?;
        let loaded = context.members(members).await?;
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

impl mutation::UpdatePreferences for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::UpdatePreferencesInput,
    ) -> Result<UpdatePreferencesPayload, MutationError> {
        context.execute(input, changes(input)).await?;
        Ok(UpdatePreferencesPayload {
            member: context.member().await?.cloned(),
            ..Default::default()
        })
    }
}

fn changes(input: &input::UpdatePreferencesInput) -> UpdatePreferences {
    UpdatePreferences {
        goal: patch(&input.goal),
        level: patch(&input.level),
        diet: patch(&input.diet),
        allergens: patch(&input.allergens),
        days_per_week: patch(&input.days_per_week),
        display_name: patch(&input.display_name),
        locale: patch(&input.locale),
        time_zone: patch(&input.time_zone),
        units: patch(&input.units),
    }
}
