//! Who may send webhooks: what comes is genuine, or nothing is kept of it.

mod brightcove;
mod google_play;
mod standard;
mod stripe;

use aws_lc_rs::digest;
use axum::http::{HeaderMap, HeaderName};
use chrono::{DateTime, Utc};
use coach_domain::{
    subscription::{apple::Apple, purchase::PurchaseError},
    webhook::Source,
};
use coach_workers::standard_webhooks::Secret;
use serde_json::{Map, Value};

use crate::hex;

pub use brightcove::PathSecret;
pub use google_play::GooglePush;
pub use stripe::StripeSecret;

/// How each source shows that it is the source; one that is not set sends nothing here.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    /// In the path: Brightcove signs nothing.
    pub brightcove: Option<PathSecret>,
    /// Any of these signs: while a secret is replaced there are two.
    pub standard: Vec<Secret>,
    /// The same, of Stripe's endpoint.
    pub stripe: Vec<StripeSecret>,
    /// Whose purchases Apple tells of.
    pub apple: Option<Apple>,
    /// Who pushes what Google Play has to say.
    pub google: Option<GooglePush>,
}

/// An event that is genuine, whether it can be understood or not: one that cannot would be sent again for days, and be
/// no other. It is kept, and the work on it tells operators what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// By what the source knows a repeated one; `None` where it does not say: then its text is its name.
    pub event_id: Option<String>,
    /// What the source calls such events; `None` where it does not say.
    pub kind: Option<String>,
}

/// An event that is genuine, with names that can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// By what a repeated one is known.
    pub event_id: String,
    /// What the source calls such events, or [`UNKNOWN_KIND`].
    pub kind: String,
}

/// The kind of events that do not say what they are.
pub const UNKNOWN_KIND: &str = "unknown";

/// Why an event is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// This source sends nothing here, or its secret path is another.
    #[error("there is nothing here")]
    Unknown,
    /// It does not show that it comes from the source.
    #[error("{0}")]
    Forged(&'static str),
    /// What it takes to tell is not at hand.
    #[error("{0}")]
    Unavailable(String),
}

/// What came, before anything is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// What followed the source's name in the path.
    pub path: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
    /// When.
    pub at: DateTime<Utc>,
}

/// The longest ids and names of kinds, in bytes.
const LONGEST: usize = 200;

/// Of all headers, those that are kept: none of them lets anybody in.
const KEPT: [&str; 6] = [
    "content-type",
    "user-agent",
    "webhook-id",
    "webhook-timestamp",
    "x-request-id",
    "date",
];

impl Webhooks {
    /// Looks whether an event is genuine.
    ///
    /// # Errors
    ///
    /// When it is not, or cannot be told to be.
    pub async fn verify(&self, source: Source, posted: &Posted<'_>) -> Result<Genuine, Refused> {
        if source != Source::Brightcove && posted.path.is_some() {
            return Err(Refused::Unknown);
        }
        let verified = match source {
            Source::Brightcove => brightcove::verify(self.brightcove.as_ref(), posted),
            Source::Standard => standard::verify(&self.standard, posted),
            Source::Stripe => stripe::verify(&self.stripe, posted),
            Source::AppStore => {
                let apple = self.apple.as_ref().ok_or(Refused::Unknown)?;
                app_store(apple, posted)
            }
            Source::GooglePlay => {
                let google = self.google.as_ref().ok_or(Refused::Unknown)?;
                google.verify(posted).await
            }
        }?;
        let fits = |text: &str| {
            text.len() <= LONGEST && !text.is_empty() && !text.chars().any(char::is_control)
        };
        let event_id = verified.event_id.filter(|id| fits(id));
        let kind = verified.kind.filter(|kind| fits(kind));
        Ok(Genuine {
            event_id: event_id.unwrap_or_else(|| digest(posted.body)),
            kind: kind.unwrap_or_else(|| UNKNOWN_KIND.to_owned()),
        })
    }
}

/// What names a body that has no name.
fn digest(body: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, body);
    hex::encode(&digest.as_ref()[..16])
}

fn app_store(apple: &Apple, posted: &Posted<'_>) -> Result<Verified, Refused> {
    let notification = apple.notification(posted.body, posted.at);
    let notification = notification.map_err(|error| match error {
        PurchaseError::Invalid(why) => Refused::Forged(why),
        _ => Refused::Forged("it cannot be verified"),
    })?;
    Ok(Verified {
        event_id: Some(notification.id),
        kind: Some(notification.kind),
    })
}

/// The headers to keep.
pub fn kept(headers: &HeaderMap) -> Value {
    let kept = KEPT.into_iter().filter_map(|name| {
        let value = headers.get(HeaderName::from_static(name))?.to_str().ok()?;
        let short: String = value.chars().take(LONGEST).collect();
        Some((name.to_owned(), Value::String(short)))
    });
    Value::Object(kept.collect::<Map<_, _>>())
}

/// A header that there is once.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Refused> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refused::Forged("a header of the signature is missing"));
    };
    let text = value.to_str().ok();
    text.ok_or(Refused::Forged("a header of the signature is no text"))
}
