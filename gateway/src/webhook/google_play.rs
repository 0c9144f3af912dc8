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

/// Whose pushes are taken, of which app.
#[derive(Clone)]
pub struct GooglePush {
    package: String,
    account: EmailAddress,
    issuer: Issuer,
    /// Google's keys are fetched from the first push on.
    tokens: Arc<OnceCell<Tokens>>,
}

impl GooglePush {
    /// Pushes of what happens to an app, by this service account, for this audience. `keys_url` has Google's keys.
    pub fn new(package: String, audience: String, account: EmailAddress, keys_url: Url) -> Self {
        Self {
            package,
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
        let notification = Notification::read(posted.body).map_err(Refused::Malformed)?;
        if notification.package != self.package {
            return Err(Refused::Forged("it is of another app"));
        }
        Ok(Verified {
            event_id: notification.id,
            kind: notification.kind,
        })
    }
}

impl std::fmt::Debug for GooglePush {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "GooglePush({}, {})",
            self.package, self.issuer.audience
        )
    }
}
