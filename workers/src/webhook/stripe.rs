//! Events of Stripe's. <https://docs.stripe.com/api/events>

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::from_seconds,
    subscription::{Report, Stage, SubscriptionProvider, purchase::Products},
};
use serde::Deserialize;
use uuid::Uuid;

use super::Said;
use crate::shop::stripe::{Subscription, Unclear};

/// What events of the second generation are: they only name what has changed, in types of their own.
const THIN: &str = "v2.core.event";

#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    object: String,
    #[serde(default)]
    r#type: String,
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    /// Seconds since 1970.
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: serde_json::Value,
}

#[derive(Deserialize)]
struct Session {
    #[serde(default)]
    subscription: Option<String>,
    #[serde(default)]
    client_reference_id: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// The id of the subscription that an event is about.
pub(super) fn changed(body: &[u8]) -> Option<String> {
    let event: Event = serde_json::from_slice(body).ok()?;
    stage(&event.r#type)?;
    let named: Named = serde_json::from_value(event.data.object).ok()?;
    Some(named.id)
}

fn stage(kind: &str) -> Option<Stage> {
    Some(match kind {
        "customer.subscription.created" => Stage::Begun,
        "customer.subscription.updated"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => Stage::Changed,
        "customer.subscription.deleted" => Stage::Over,
        _ => return None,
    })
}

/// What an event says by itself, of these products.
pub(super) fn read(body: &[u8], products: &Products) -> Said {
    let kind: Kind = match serde_json::from_slice(body) {
        Ok(kind) => kind,
        Err(error) => return Said::Unreadable(error.to_string()),
    };
    let is_checkout = kind.r#type == "checkout.session.completed";
    if kind.object == THIN || !(is_checkout || stage(&kind.r#type).is_some()) {
        return Said::Nothing(format!("`{}` is of no concern here", kind.r#type));
    }
    let event: Event = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => return Said::Unreadable(error.to_string()),
    };
    let Some(at) = from_seconds(event.created) else {
        return Said::Unreadable("it has an impossible date".to_owned());
    };
    let object = event.data.object;
    let said = match stage(&event.r#type) {
        Some(stage) => subscription(object, products, stage, at),
        None => session(object),
    };
    said.unwrap_or_else(|error| Said::Unreadable(error.to_string()))
}

/// Whose a subscription is: the app hands the member's token to the checkout.
fn session(object: serde_json::Value) -> serde_json::Result<Said> {
    let session: Session = serde_json::from_value(object)?;
    let token = session.client_reference_id.as_deref().map(Uuid::parse_str);
    let (Some(id), Some(Ok(token))) = (session.subscription, token) else {
        let why = "the checkout names no subscription, or no member";
        return Ok(Said::Nothing(why.to_owned()));
    };
    Ok(Said::Report(Report {
        provider: SubscriptionProvider::Stripe,
        external_id: id,
        purchase_token: Some(token),
        replaces: None,
        says: Vec::new(),
    }))
}

fn subscription(
    object: serde_json::Value,
    products: &Products,
    stage: Stage,
    at: DateTime<Utc>,
) -> serde_json::Result<Said> {
    let given: Subscription = serde_json::from_value(object)?;
    let entitlement = match given.entitlement(products, at) {
        Ok(entitlement) => entitlement,
        Err(unclear @ (Unclear::Unpaid | Unclear::NotSold)) => {
            return Ok(Said::Nothing(unclear.to_string()));
        }
        Err(unclear) => return Ok(Said::Unreadable(unclear.to_string())),
    };
    // Stripe dates by the second. Of two events of one second the one that ends the subscription is the later one.
    let stage = if given.is_over() { Stage::Over } else { stage };
    let provider = SubscriptionProvider::Stripe;
    Ok(Said::Report(Report::on_subscription(
        provider,
        given.id,
        &entitlement,
        at,
        stage,
    )))
}
