//! `Member.preferences`.

use coach_domain::{
    id::MemberId,
    preferences::{self, Preferences},
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, batch};

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
