//! Google Play: pushes of Pub/Sub's, with a token that Google signs for the service account that pushes.
//! <https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions>

use std::sync::Arc;

use coach_domain::member::EmailAddress;
use coach_workers::shop::Notification;
use reqwest::Url;
use tokio::sync::OnceCell;

use super::{Posted, Refused, Verified};
use crate::{
    auth::{self, Rejection, Tokens},
    settings::Issuer,
};

/// `iss` of Google's tokens.
const GOOGLE: &str = "https://accounts.google.com";

/// Whose pushes are taken.
#[derive(Clone)]
pub struct GooglePush {
    account: EmailAddress,
    issuer: Issuer,
    /// Google's keys are fetched from the first push on.
    tokens: Arc<OnceCell<Tokens>>,
}

impl GooglePush {
    /// Pushes by this service account, for this audience. `keys_url` has Google's keys.
    pub fn new(audience: String, account: EmailAddress, keys_url: Url) -> Self {
        Self {
            account,
            issuer: Issuer {
                issuer: GOOGLE.to_owned(),
                audience,
                jwks_url: keys_url,
            },
            tokens: Arc::default(),
        }
    }

    pub(super) async fn verify(&self, posted: &Posted<'_>) -> Result<Verified, Refused> {
        let token = auth::bearer_token(posted.headers);
        let token = token.map_err(|_| Refused::Forged("it has no token"))?;
        let tokens = self
            .tokens
            .get_or_try_init(async || Tokens::remote(&self.issuer, ""));
        let tokens = tokens.await;
        let tokens = tokens.map_err(|error| Refused::Unavailable(error.to_string()))?;
        let bearer = tokens.verify(token, posted.at).await;
        let bearer = bearer.map_err(|rejection| match rejection {
            Rejection::KeysMissing => Refused::Unavailable(rejection.to_string()),
            Rejection::Expired => Refused::Forged("its token has expired"),
            _ => Refused::Forged("its token is not signed for us by Google"),
        })?;
        if bearer.verified_email() != Some(&self.account) {
            return Err(Refused::Forged("its token is another account's"));
        }
        // Whatever this account pushes is kept, also what is of another app or is no notification: Pub/Sub would push it
        // for days. Without the wrapping, its id is in a header, where the subscription is set so.
        let unwrapped = posted.headers.get("x-goog-pubsub-message-id");
        let unwrapped = unwrapped.and_then(|id| id.to_str().ok()).map(str::to_owned);
        let notification = Notification::read(posted.body).ok();
        Ok(Verified {
            event_id: Notification::id(posted.body).or(unwrapped),
            kind: notification.map(|notification| notification.kind),
        })
    }
}

impl std::fmt::Debug for GooglePush {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "GooglePush({})", self.issuer.audience)
    }
}
