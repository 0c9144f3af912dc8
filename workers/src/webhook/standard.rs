//! Events on subscriptions by Standard Webhooks, from whoever looks after them for the shops. `docs/WEBHOOKS.md` has
//! their form.

use chrono::{DateTime, SubsecRound as _, Utc};
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
    timestamp: DateTime<Utc>,
    #[serde(default)]
    data: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    provider: SubscriptionProvider,
    external_id: String,
    #[serde(default)]
    purchase_token: Option<Uuid>,
    #[serde(default)]
    trial_ends_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    #[serde(default)]
    grace_ends_at: Option<DateTime<Utc>>,
    will_renew: bool,
}

pub(super) fn read(body: &[u8]) -> Said {
    let event: Event = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => return Said::Unreadable(error.to_string()),
    };
    let stage = match event.r#type.as_str() {
        "subscription.created" => Stage::Begun,
        "subscription.updated" => Stage::Changed,
        "subscription.ended" => Stage::Over,
        other => return Said::Nothing(format!("`{other}` is of no concern here")),
    };
    let data: Data = match serde_json::from_value(event.data) {
        Ok(data) => data,
        Err(error) => return Said::Unreadable(error.to_string()),
    };
    let id = &data.external_id;
    if id.is_empty() || id.len() > 512 || id.chars().any(char::is_control) {
        return Said::Unreadable("its externalId is empty, too long, or no plain text".to_owned());
    }
    let ends = [
        data.trial_ends_at,
        Some(data.expires_at),
        data.grace_ends_at,
    ];
    let times = ends.into_iter().flatten().chain([event.timestamp]);
    if !times.into_iter().all(can_be_kept) {
        return Said::Unreadable("it has an impossible date".to_owned());
    }
    // As Postgres keeps them.
    let kept = |at: DateTime<Utc>| at.trunc_subsecs(6);
    let expires_at = kept(data.expires_at);
    // One that ends during its trial ends then.
    let trial_ends_at = data.trial_ends_at.map(kept);
    let trial_ends_at = match stage {
        Stage::Over => trial_ends_at.map(|trial| trial.min(expires_at)),
        Stage::Begun | Stage::Changed => trial_ends_at,
    };
    let entitlement = Entitlement {
        provider: Some(data.provider),
        trial_ends_at,
        expires_at: Some(expires_at),
        grace_ends_at: data.grace_ends_at.map(kept),
        will_renew: data.will_renew,
    };
    let at = kept(event.timestamp);
    let report = Report::on_subscription(data.provider, data.external_id, &entitlement, at, stage);
    Said::Report(report.by(data.purchase_token))
}
