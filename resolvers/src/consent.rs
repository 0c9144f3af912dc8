//! `Member.consents` and its mutation.

use coach_domain::{
    consent::{self, Answer, Consent, UpdateConsents},
    id::MemberId,
};
use coach_execution::Batch;

use crate::{
    Error, MutationError, RequestContext, Resolvers, batch, input, mutation,
    payload::UpdateConsentsPayload,
};

impl batch::MemberConsents for Resolvers {
    type Key = MemberId;
    type Value = Vec<Consent>;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Vec<Consent>>, Error> {
        Ok(consent::of_members(context.session(), members)
            .await?
            .into())
    }
}

impl mutation::UpdateConsents for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::UpdateConsentsInput,
    ) -> Result<UpdateConsentsPayload, MutationError> {
        let answers = input.consents.iter().map(|answer| Answer {
            purpose: answer.purpose,
            granted: answer.granted,
        });
        let answers = answers.collect();
        let member = context.execute(input, UpdateConsents { answers }).await?;
        let mut consents = consent::of_members(context.session(), &[member]).await?;
        Ok(UpdateConsentsPayload {
            consents: Some(consents.remove(&member).unwrap_or_default()),
            ..Default::default()
        })
    }
}
