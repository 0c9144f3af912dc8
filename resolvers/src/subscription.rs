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
        // The shop is requested here, because `execute` opens a transaction, which must not hold locks meanwhile.
        context.confirm(input, &mut command).await?;
        context.execute(input, command).await?;
        let subscription = context
            .member()
            .await?
            .and_then(|it| it.subscription.clone());
        Ok(LinkPurchasePayload {
            subscription: subscription.map(Arc::new),
            ..Default::default()
        })
    }
}
