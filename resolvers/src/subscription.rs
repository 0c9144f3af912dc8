//! `linkPurchase`: links a purchase in a shop to the viewer.

use coach_domain::{command::UserError, purchase::LinkPurchase, subscription::Subscription};

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
        let rejected = |error| LinkPurchasePayload {
            user_errors: vec![error],
            ..LinkPurchasePayload::default()
        };
        let mut command = LinkPurchase {
            provider: input.provider,
            purchase: input.purchase.clone(),
            confirmed: None,
        };
        // The shop is requested here, because `execute` opens a transaction, which must not hold locks meanwhile.
        if let Err(error) = context
            .confirm(&input.idempotency_key, &mut command)
            .await?
        {
            return Ok(rejected(error));
        }
        let result = context.execute(&input.idempotency_key, None, command);
        Ok(match result.await? {
            Ok(_) => {
                let member = context.member().await?;
                LinkPurchasePayload {
                    subscription: member.and_then(|member| member.subscription.clone()),
                    ..LinkPurchasePayload::default()
                }
            }
            Err(error) => rejected(error),
        })
    }
}
