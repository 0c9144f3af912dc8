//! Mutations that confirm a member's email address.

use std::sync::Arc;

use coach_domain::{
    account::{ConfirmEmail, RequestEmailConfirmation},
    command::UserError,
    member::Member,
};

use crate::{Error, RequestContext, Resolvers, arguments, mutation};

/// `ConfirmEmailPayload`.
#[derive(Debug, Default)]
pub struct ConfirmEmailPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::ConfirmEmail for Resolvers {
    type Value = ConfirmEmailPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationConfirmEmail,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let command = ConfirmEmail {
            code: input.code.clone(),
        };
        let result = context.execute(&input.idempotency_key, None, command);
        Ok(match result.await? {
            Ok(_) => ConfirmEmailPayload {
                member: context.member().await?.cloned(),
                ..ConfirmEmailPayload::default()
            },
            Err(error) => ConfirmEmailPayload {
                user_errors: vec![error],
                ..ConfirmEmailPayload::default()
            },
        })
    }
}

/// `RequestEmailConfirmationPayload`.
#[derive(Debug, Default)]
pub struct RequestEmailConfirmationPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::RequestEmailConfirmation for Resolvers {
    type Value = RequestEmailConfirmationPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationRequestEmailConfirmation,
    ) -> Result<Self::Value, Error> {
        let key = &arguments.input.idempotency_key;
        let result = context.execute(key, None, RequestEmailConfirmation {});
        Ok(match result.await? {
            Ok(_) => RequestEmailConfirmationPayload {
                member: context.member().await?.cloned(),
                ..RequestEmailConfirmationPayload::default()
            },
            Err(error) => RequestEmailConfirmationPayload {
                user_errors: vec![error],
                ..RequestEmailConfirmationPayload::default()
            },
        })
    }
}
