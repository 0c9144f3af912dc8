//! `Member.consents` and its mutation.

use coach_domain::{
    command::UserError,
    consent::{self, Answer, Consent, UpdateConsents},
    id::MemberId,
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, mutation};

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

/// `UpdateConsentsPayload`.
#[derive(Debug, Default)]
pub struct UpdateConsentsPayload {
    pub(crate) consents: Option<Vec<Consent>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::UpdateConsents for Resolvers {
    type Value = UpdateConsentsPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationUpdateConsents,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let answers = input.consents.iter().map(|answer| Answer {
            purpose: answer.purpose,
            granted: answer.granted,
        });
        let command = UpdateConsents {
            answers: answers.collect(),
        };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(member) => {
                let mut answers = consent::of_members(context.session(), &[member]).await?;
                UpdateConsentsPayload {
                    consents: Some(answers.remove(&member).unwrap_or_default()),
                    ..UpdateConsentsPayload::default()
                }
            }
            Err(error) => UpdateConsentsPayload {
                user_errors: vec![error],
                ..UpdateConsentsPayload::default()
            },
        })
    }
}
