//! Verification of incoming webhooks. Only verified events are stored.

mod brightcove;
mod google_play;
mod standard;
mod stripe;

use axum::http::{HeaderMap, HeaderName};
use chrono::{DateTime, Utc};
use coach_domain::{purchase::PurchaseError, standard_webhooks::Secret, webhook::Source};
use coach_workers::shop::Apple;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

pub use brightcove::PathSecret;
pub use google_play::GooglePush;
pub use stripe::StripeSecret;

/// What the webhooks of each source are verified with. A source that is not configured gets a 404.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    /// The secret in the path, because Brightcove does not sign webhooks.
    pub brightcove: Option<PathSecret>,
    /// The secrets of Standard Webhooks. A signature with any of them is valid; during a rotation there are two.
    pub standard: Vec<Secret>,
    /// The secrets of Stripe's endpoint, likewise.
    pub stripe: Vec<StripeSecret>,
    /// The app whose notifications the App Store sends.
    pub apple: Option<Apple>,
    /// The account that pushes the notifications of Google Play.
    pub google: Option<GooglePush>,
}

/// What is known of an authentic event, which need not be well-formed. A malformed event is stored too: if it were
/// rejected, the source would send it again for days. Operators learn of it when its processing fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// The source's id of the event; `None` if there is none. The digest of the body is used instead.
    pub event_id: Option<String>,
    /// The source's name for events of this type; `None` if there is none.
    pub kind: Option<String>,
}

/// An authentic event, with an id and a kind that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// Identifies duplicates of the event.
    pub event_id: String,
    /// The source's name for events of this type, or [`UNKNOWN_KIND`].
    pub kind: String,
}

/// The kind of events without one.
pub const UNKNOWN_KIND: &str = "unknown";

/// Why a webhook is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The source is not configured, or the secret in the path is wrong.
    #[error("there is nothing here")]
    NotFound,
    /// The request is not authentic.
    #[error("{0}")]
    InvalidSignature(&'static str),
    /// The request cannot be verified at the moment.
    #[error("{0}")]
    Unavailable(String),
}

/// A request that is not verified yet.
#[derive(Clone, Copy, Debug)]
pub struct WebhookRequest<'a> {
    /// The segment of the path after the name of the source.
    pub path_secret: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
    /// The time of the request.
    pub received_at: DateTime<Utc>,
}

/// The length limit of ids and kinds in bytes, and of stored header values in characters.
const MAX_TEXT_LENGTH: usize = 200;

/// The headers that are stored. None of them is a credential.
const STORED_HEADERS: [&str; 6] = [
    "content-type",
    "user-agent",
    "webhook-id",
    "webhook-timestamp",
    "x-request-id",
    "date",
];

impl Webhooks {
    /// Verifies that a webhook comes from the source.
    ///
    /// # Errors
    ///
    /// When it does not, or cannot be verified.
    pub async fn verify(
        &self,
        source: Source,
        request: &WebhookRequest<'_>,
    ) -> Result<VerifiedEvent, WebhookError> {
        if source != Source::Brightcove && request.path_secret.is_some() {
            return Err(WebhookError::NotFound);
        }
        let event = match source {
            Source::Brightcove => brightcove::verify(self.brightcove.as_ref(), request),
            Source::Standard => standard::verify(&self.standard, request),
            Source::Stripe => stripe::verify(&self.stripe, request),
            Source::AppStore => {
                let apple = self.apple.as_ref().ok_or(WebhookError::NotFound)?;
                app_store(apple, request)
            }
            Source::GooglePlay => {
                let google = self.google.as_ref().ok_or(WebhookError::NotFound)?;
                google.verify(request).await
            }
        }?;
        let is_valid = |text: &str| {
            text.len() <= MAX_TEXT_LENGTH && !text.is_empty() && !text.chars().any(char::is_control)
        };
        let event_id = event.event_id.filter(|id| is_valid(id));
        let kind = event.kind.filter(|kind| is_valid(kind));
        Ok(VerifiedEvent {
            event_id: event_id.unwrap_or_else(|| body_digest(request.body)),
            kind: kind.unwrap_or_else(|| UNKNOWN_KIND.to_owned()),
        })
    }
}

/// The id of an event without one: a digest of its body.
fn body_digest(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..16])
}

fn app_store(apple: &Apple, request: &WebhookRequest<'_>) -> Result<RawEvent, WebhookError> {
    let notification = apple.notification(request.body, request.received_at);
    let notification = notification.map_err(|error| match error {
        PurchaseError::Invalid(why) => WebhookError::InvalidSignature(why),
        _ => WebhookError::InvalidSignature("it cannot be verified"),
    })?;
    Ok(RawEvent {
        event_id: Some(notification.id),
        kind: Some(notification.kind),
    })
}

/// The headers to store, as a JSON object.
pub fn stored_headers(headers: &HeaderMap) -> Value {
    let headers = STORED_HEADERS.into_iter().filter_map(|name| {
        let value = headers.get(HeaderName::from_static(name))?.to_str().ok()?;
        let truncated: String = value.chars().take(MAX_TEXT_LENGTH).collect();
        Some((name.to_owned(), Value::String(truncated)))
    });
    Value::Object(headers.collect::<Map<_, _>>())
}

/// The value of a header that must be present exactly once.
fn single_header<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, WebhookError> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        let why = "a header of the signature is missing";
        return Err(WebhookError::InvalidSignature(why));
    };
    let why = "a header of the signature is no text";
    (value.to_str()).map_err(|_| WebhookError::InvalidSignature(why))
}
