//! Mutations of an account: deletion, its cancellation, and data export.

use coach_domain::account::{DeleteAccount, KeepAccount, export::RequestDataExport};

use crate::{
    MutationError, RequestContext, Resolvers, input, mutation,
    payload::{DeleteAccountPayload, KeepAccountPayload, RequestDataExportPayload},
};

impl mutation::DeleteAccount for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, MutationError> {
        context.execute(input, DeleteAccount {}).await?;
        let member = context.member().await?.cloned();
        Ok(DeleteAccountPayload {
            final_at: member.as_ref().and_then(|it| it.deletion_final_at),
            member,
            ..Default::default()
        })
    }
}

impl mutation::KeepAccount for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::KeepAccountInput,
    ) -> Result<KeepAccountPayload, MutationError> {
        context.execute(input, KeepAccount {}).await?;
        Ok(KeepAccountPayload {
            member: context.member().await?.cloned(),
            ..Default::default()
        })
    }
}

impl mutation::RequestDataExport for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::RequestDataExportInput,
    ) -> Result<RequestDataExportPayload, MutationError> {
        let requested = context.execute(input, RequestDataExport {}).await?;
        Ok(RequestDataExportPayload {
            member: context.member().await?.cloned(),
            requested_at: Some(requested.requested_at),
            ..Default::default()
        })
    }
}
