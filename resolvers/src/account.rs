//! Mutations of an account: deletion, its cancellation, and data export.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::{
    account::{DeleteAccount, KeepAccount, export::RequestDataExport},
    command::UserError,
    member::Member,
};

use crate::{Error, RequestContext, Resolvers, arguments, mutation};

/// `DeleteAccountPayload`.
#[derive(Debug, Default)]
pub struct DeleteAccountPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) final_at: Option<DateTime<Utc>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::DeleteAccount for Resolvers {
    type Value = DeleteAccountPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationDeleteAccount,
    ) -> Result<Self::Value, Error> {
        let key = &arguments.input.idempotency_key;
        Ok(match context.execute(key, None, DeleteAccount {}).await? {
            Ok(_) => {
                let member = context.member().await?.cloned();
                DeleteAccountPayload {
                    final_at: member.as_ref().and_then(|it| it.deletion_final_at),
                    member,
                    ..DeleteAccountPayload::default()
                }
            }
            Err(error) => DeleteAccountPayload {
                user_errors: vec![error],
                ..DeleteAccountPayload::default()
            },
        })
    }
}

/// `KeepAccountPayload`.
#[derive(Debug, Default)]
pub struct KeepAccountPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::KeepAccount for Resolvers {
    type Value = KeepAccountPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationKeepAccount,
    ) -> Result<Self::Value, Error> {
        let key = &arguments.input.idempotency_key;
        Ok(match context.execute(key, None, KeepAccount {}).await? {
            Ok(_) => KeepAccountPayload {
                member: context.member().await?.cloned(),
                ..KeepAccountPayload::default()
            },
            Err(error) => KeepAccountPayload {
                user_errors: vec![error],
                ..KeepAccountPayload::default()
            },
        })
    }
}

/// `RequestDataExportPayload`.
#[derive(Debug, Default)]
pub struct RequestDataExportPayload {
    pub(crate) member: Option<Arc<Member>>,
    pub(crate) requested_at: Option<DateTime<Utc>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::RequestDataExport for Resolvers {
    type Value = RequestDataExportPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationRequestDataExport,
    ) -> Result<Self::Value, Error> {
        let key = &arguments.input.idempotency_key;
        let result = context.execute(key, None, RequestDataExport {}).await?;
        Ok(match result {
            Ok(requested) => RequestDataExportPayload {
                member: context.member().await?.cloned(),
                requested_at: Some(requested.requested_at),
                ..RequestDataExportPayload::default()
            },
            Err(error) => RequestDataExportPayload {
                user_errors: vec![error],
                ..RequestDataExportPayload::default()
            },
        })
    }
}
