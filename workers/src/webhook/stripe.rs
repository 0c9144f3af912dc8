//! Events of Stripe's. <https://docs.stripe.com/api/events>

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::from_seconds,
    subscription::{Report, Stage, SubscriptionProvider},
};
use serde::Deserialize;
use uuid::Uuid;

use super::Said;
use crate::shop::stripe::{Subscription, Unclear};

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

pub(super) fn read(body: &[u8]) -> Said {
    let event: Event = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => return Said::Unreadable(error.to_string()),
    };
    let Some(at) = from_seconds(event.created) else {
        return Said::Unreadable("it has an impossible date".to_owned());
    };
    let said = match event.r#type.as_str() {
        "customer.subscription.created" => subscription(event.data.object, Stage::Begun, at),
        "customer.subscription.updated"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => subscription(event.data.object, Stage::Changed, at),
        "customer.subscription.deleted" => subscription(event.data.object, Stage::Over, at),
        "checkout.session.completed" => session(event.data.object, at),
        other => return Said::Nothing(format!("`{other}` is of no concern here")),
    };
    said.unwrap_or_else(|error| Said::Unreadable(error.to_string()))
}

/// Whose a subscription is: the app hands the member's token to the checkout.
fn session(object: serde_json::Value, at: DateTime<Utc>) -> serde_json::Result<Said> {
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
        entitlement: None,
        at,
        stage: Stage::Begun,
    }))
}

fn subscription(
    object: serde_json::Value,
    stage: Stage,
    at: DateTime<Utc>,
) -> serde_json::Result<Said> {
    let given: Subscription = serde_json::from_value(object)?;
    let entitlement = match given.entitlement(at) {
        Ok(entitlement) => entitlement,
        Err(Unclear::Unpaid) => return Ok(Said::Nothing(Unclear::Unpaid.to_string())),
        Err(unclear) => return Ok(Said::Unreadable(unclear.to_string())),
    };
    Ok(Said::Report(Report {
        provider: SubscriptionProvider::Stripe,
        external_id: given.id,
        purchase_token: None,
        entitlement: Some(entitlement),
        at,
        stage,
    }))
}
