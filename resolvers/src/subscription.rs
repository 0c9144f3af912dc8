//! Linking purchases.

use coach_domain::{
    command::UserError,
    subscription::{LinkPurchase, Subscription},
};

use crate::{Error, RequestContext, Resolvers, arguments, mutation};

/// `LinkPurchasePayload`.
#[derive(Debug, Default)]
pub struct LinkPurchasePayload {
    pub(crate) subscription: Option<Subscription>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::LinkPurchase for Resolvers {
    type Value = LinkPurchasePayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationLinkPurchase,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let refused = |error| LinkPurchasePayload {
            user_errors: vec![error],
            ..LinkPurchasePayload::default()
        };
        let mut command = LinkPurchase {
            provider: input.provider,
            purchase: input.purchase.clone(),
            confirmed: None,
        };
        // Before the transaction: some shops have to be asked, and nothing is to be locked meanwhile.
        if let Err(error) = context
            .confirm(&input.idempotency_key, &mut command)
            .await?
        {
            return Ok(refused(error));
        }
        let done = context.execute(&input.idempotency_key, None, command);
        Ok(match done.await? {
            Ok(_) => {
                let member = context.member().await?;
                LinkPurchasePayload {
                    subscription: member.and_then(|member| member.subscription.clone()),
                    ..LinkPurchasePayload::default()
                }
            }
            Err(error) => refused(error),
        })
    }
}
