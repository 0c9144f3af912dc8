//! Events of Stripe: <https://docs.stripe.com/api/events>

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::from_seconds,
    purchase::{Products, Report},
    subscription::{Stage, SubscriptionProvider},
};
use serde::Deserialize;
use uuid::Uuid;

use super::NoReport;
use crate::shop::stripe::{EntitlementError, Subscription};

/// The `object` of thin events (version 2), which only name the changed object, and have types of their own.
const THIN_EVENT: &str = "v2.core.event";

#[derive(Deserialize)]
struct EventHeader {
    #[serde(default)]
    object: String,
    #[serde(default)]
    r#type: String,
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    /// In seconds since 1970.
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: serde_json::Value,
}

#[derive(Deserialize)]
struct Session {
    subscription: Option<String>,
    client_reference_id: Option<String>,
}

#[derive(Deserialize)]
struct ObjectId {
    id: String,
}

/// The id of the subscription that an event is about, if it is about one.
pub(super) fn subscription_id(body: &[u8]) -> Option<String> {
    let event: Event = serde_json::from_slice(body).ok()?;
    stage(&event.r#type)?;
    let ObjectId { id } = serde_json::from_value(event.data.object).ok()?;
    Some(id)
}

fn stage(kind: &str) -> Option<Stage> {
    Some(match kind {
        "customer.subscription.created" => Stage::Started,
        "customer.subscription.updated"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => Stage::Changed,
        "customer.subscription.deleted" => Stage::Ended,
        _ => return None,
    })
}

/// Reads the content of an event without requesting anything from Stripe. Other products than these are ignored.
pub(super) fn read(body: &[u8], products: &Products) -> Result<Report, NoReport> {
    let header: EventHeader = serde_json::from_slice(body)?;
    let is_checkout = header.r#type == "checkout.session.completed";
    if header.object == THIN_EVENT || !(is_checkout || stage(&header.r#type).is_some()) {
        let why = format!("`{}` is of no concern here", header.r#type);
        return Err(NoReport::Irrelevant(why));
    }
    let event: Event = serde_json::from_slice(body)?;
    let impossible = || NoReport::Malformed("it has an impossible date".to_owned());
    let at = from_seconds(event.created).ok_or_else(impossible)?;
    let object = event.data.object;
    match stage(&event.r#type) {
        Some(stage) => subscription(object, products, stage, at),
        None => session(object),
    }
}

/// Reads the owner of a subscription from a checkout session, to which the app passes the member's purchase token.
fn session(object: serde_json::Value) -> Result<Report, NoReport> {
    let session: Session = serde_json::from_value(object)?;
    let token = session.client_reference_id.as_deref().map(Uuid::parse_str);
    let (Some(id), Some(Ok(token))) = (session.subscription, token) else {
        let why = "the checkout names no subscription, or no member";
        return Err(NoReport::Irrelevant(why.to_owned()));
    };
    Ok(Report {
        provider: SubscriptionProvider::Stripe,
        external_id: id,
        purchase_token: Some(token),
        replaces: None,
        statements: Vec::new(),
    })
}

fn subscription(
    object: serde_json::Value,
    products: &Products,
    stage: Stage,
    at: DateTime<Utc>,
) -> Result<Report, NoReport> {
    let subscription: Subscription = serde_json::from_value(object)?;
    let entitlement = subscription.entitlement(products, at);
    let entitlement = entitlement.map_err(|error| match error {
        EntitlementError::Unpaid | EntitlementError::NotSold => {
            NoReport::Irrelevant(error.to_string())
        }
        error => NoReport::Malformed(error.to_string()),
    })?;
    // Timestamps are in whole seconds. Of two events with the same one, that which ends the subscription is the later.
    let stage = if subscription.is_over() {
        Stage::Ended
    } else {
        stage
    };
    let (provider, id) = (SubscriptionProvider::Stripe, subscription.id);
    let report = Report::for_subscription(provider, id, &entitlement, at, stage);
    Ok(report)
}
