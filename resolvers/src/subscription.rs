//! `linkPurchase`: links a purchase in a shop to the viewer.

use std::sync::Arc;

use coach_domain::purchase::LinkPurchase;

use crate::{
    MutationError, RequestContext, Resolvers, input, mutation, payload::LinkPurchasePayload,
};

impl mutation::LinkPurchase for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::LinkPurchaseInput,
    ) -> Result<LinkPurchasePayload, MutationError> {
        let mut command = LinkPurchase {
            provider: input.provider,
            purchase: input.purchase.clone(),
            confirmed: None,
        };
        // Ask the shop before `execute` opens its transaction, so that no locks are held during the call.
        context.confirm_purchase(input, &mut command).await?;
        context.execute(input, command).await?;
        let member = context.member().await?;
        Ok(LinkPurchasePayload {
            subscription: member.and_then(|member| member.subscription.clone().map(Arc::new)),
            ..Default::default()
        })
    }
}
