//! Events of Stripe's. <https://docs.stripe.com/api/events>, <https://docs.stripe.com/api/subscriptions/object>

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::can_be_kept,
    subscription::{Entitlement, Report, Stage, SubscriptionProvider},
};
use serde::Deserialize;
use uuid::Uuid;

use super::Said;

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
struct Subscription {
    id: String,
    status: String,
    #[serde(default)]
    cancel_at_period_end: bool,
    #[serde(default)]
    cancel_at: Option<i64>,
    #[serde(default)]
    ended_at: Option<i64>,
    #[serde(default)]
    trial_end: Option<i64>,
    /// Up to the API of 2025-02-24; later of each item.
    #[serde(flatten)]
    period: Period,
    #[serde(default)]
    items: Items,
}

#[derive(Clone, Copy, Deserialize)]
struct Period {
    #[serde(default)]
    current_period_start: Option<i64>,
    #[serde(default)]
    current_period_end: Option<i64>,
}

#[derive(Default, Deserialize)]
struct Items {
    #[serde(default)]
    data: Vec<Period>,
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
    let Some(at) = moment(event.created) else {
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
    let all = || given.items.data.iter().chain([&given.period]);
    let start = all().filter_map(|period| period.current_period_start).max();
    let end = all().filter_map(|period| period.current_period_end).max();
    let (start, end) = (start.and_then(moment), end.and_then(moment));
    let trial_ends_at = given.trial_end.and_then(moment);
    let ended = given.ended_at.and_then(moment).unwrap_or(at);
    let (expires_at, grace_ends_at) = match given.status.as_str() {
        "trialing" => (trial_ends_at.or(end), None),
        "active" => (end, None),
        // The period that is to be paid has begun; Stripe tries until it changes the status.
        "past_due" => (start, end),
        "canceled" | "unpaid" | "paused" => {
            let paid_until = end.map_or(ended, |end| end.min(ended));
            (Some(paid_until), None)
        }
        "incomplete" | "incomplete_expired" => {
            return Ok(Said::Nothing("nothing was ever paid for it".to_owned()));
        }
        other => {
            return Ok(Said::Unreadable(format!(
                "the status `{other}` is not known"
            )));
        }
    };
    let Some(expires_at) = expires_at else {
        return Ok(Said::Unreadable("it has no period".to_owned()));
    };
    let renews = matches!(given.status.as_str(), "trialing" | "active" | "past_due");
    Ok(Said::Report(Report {
        provider: SubscriptionProvider::Stripe,
        external_id: given.id,
        purchase_token: None,
        entitlement: Some(Entitlement {
            provider: Some(SubscriptionProvider::Stripe),
            trial_ends_at,
            expires_at: Some(expires_at),
            grace_ends_at,
            will_renew: renews && !given.cancel_at_period_end && given.cancel_at.is_none(),
        }),
        at,
        stage,
    }))
}

fn moment(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0).filter(|moment| can_be_kept(*moment))
}
