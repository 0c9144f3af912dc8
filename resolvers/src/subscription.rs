//! Linking purchases.

use coach_domain::{
    command::{UserError, UserErrorCode},
    subscription::{LinkPurchase, Subscription, purchase::PurchaseError},
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
        use coach_domain::Error as Domain;
        let input = &arguments.input;
        let refused = |error| LinkPurchasePayload {
            user_errors: vec![error],
            ..LinkPurchasePayload::default()
        };
        // Before the transaction: some shops have to be asked, and nothing is to be locked meanwhile.
        let asked = context.confirm(input.provider, &input.purchase).await;
        let confirmed = match asked {
            Ok(confirmed) => confirmed,
            Err(PurchaseError::NotConfigured) => return Err(Domain::ShopNotConfigured.into()),
            Err(PurchaseError::Unavailable(cause)) => {
                return Err(Domain::ShopUnavailable(cause).into());
            }
            Err(error) => {
                let code = UserErrorCode::PurchaseInvalid;
                return Ok(refused(UserError::new(code, error.to_string(), "purchase")));
            }
        };
        let command = LinkPurchase {
            provider: input.provider,
            purchase: input.purchase.clone(),
            confirmed,
        };
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
