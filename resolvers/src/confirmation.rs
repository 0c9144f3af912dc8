//! Mutations that confirm a member's email address.

use coach_domain::account::{ConfirmEmail, RequestEmailConfirmation};

use crate::{
    MutationError, RequestContext, Resolvers, input, mutation,
    payload::{ConfirmEmailPayload, RequestEmailConfirmationPayload},
};

impl mutation::ConfirmEmail for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::ConfirmEmailInput,
    ) -> Result<ConfirmEmailPayload, MutationError> {
        let code = input.code.clone();
        context.execute(input, ConfirmEmail { code }).await?;
        Ok(ConfirmEmailPayload {
            member: context.member().await?.cloned(),
            ..Default::default()
        })
    }
}

impl mutation::RequestEmailConfirmation for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::RequestEmailConfirmationInput,
    ) -> Result<RequestEmailConfirmationPayload, MutationError> {
        context.execute(input, RequestEmailConfirmation {}).await?;
        Ok(RequestEmailConfirmationPayload {
            member: context.member().await?.cloned(),
            ..Default::default()
        })
    }
}
