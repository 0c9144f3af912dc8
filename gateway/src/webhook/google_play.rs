//! Google Play: Pub/Sub push requests, with a token that Google signs for the service account of the subscription.
//! <https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions>

use std::sync::Arc;

use coach_domain::email_address::EmailAddress;
use coach_workers::shop::Notification;
use reqwest::Url;
use tokio::sync::OnceCell;

use super::{RawEvent, WebhookError, WebhookRequest};
use crate::auth::{self, AuthError, Issuer, TokenVerifier};

/// `iss` of Google's tokens.
const GOOGLE: &str = "https://accounts.google.com";

/// Verifies push requests of one service account.
#[derive(Clone)]
pub struct GooglePush {
    account: EmailAddress,
    issuer: Issuer,
    /// Created upon the first push, which starts to fetch Google's keys.
    token_verifier: Arc<OnceCell<TokenVerifier>>,
}

impl GooglePush {
    /// Accepts pushes of this service account, for this audience. `keys_url` is the JWKS URL of Google.
    pub fn new(audience: String, account: EmailAddress, keys_url: Url) -> Self {
        Self {
            account,
            issuer: Issuer {
                issuer: GOOGLE.to_owned(),
                audience,
                jwks_url: keys_url,
            },
            token_verifier: Arc::default(),
        }
    }

    pub(super) async fn verify(
        &self,
        request: &WebhookRequest<'_>,
    ) -> Result<RawEvent, WebhookError> {
        let token = auth::bearer_token(request.headers);
        let token = token.map_err(|_| WebhookError::InvalidSignature("it has no token"))?;
        let token_verifier = self
            .token_verifier
            .get_or_try_init(async || TokenVerifier::remote(&self.issuer, ""));
        let token_verifier = token_verifier.await;
        let token_verifier =
            token_verifier.map_err(|error| WebhookError::Unavailable(error.to_string()))?;
        let bearer = token_verifier.verify(token, request.received_at).await;
        let bearer = bearer.map_err(|error| match error {
            AuthError::KeysUnavailable => WebhookError::Unavailable(error.to_string()),
            AuthError::Expired => WebhookError::InvalidSignature("its token has expired"),
            _ => WebhookError::InvalidSignature("its token is not signed for us by Google"),
        })?;
        if bearer.verified_email() != Some(&self.account) {
            return Err(WebhookError::InvalidSignature(
                "its token is another account's",
            ));
        }
        // All pushes of this account are accepted, even for other apps or malformed ones: Pub/Sub would retry them for
        // days. With payload unwrapping, the message id is in a header, if the subscription is configured to write it.
        let header_id = request.headers.get("x-goog-pubsub-message-id");
        let header_id = header_id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        let notification = Notification::parse(request.body).ok();
        Ok(RawEvent {
            event_id: Notification::message_id(request.body).or(header_id),
            kind: notification.map(|notification| notification.kind),
        })
    }
}

impl std::fmt::Debug for GooglePush {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "GooglePush({})", self.issuer.audience)
    }
}
