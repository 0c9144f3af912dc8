//! Events about subscriptions by Standard Webhooks, from a service that manages them for the shops. `docs/WEBHOOKS.md`
//! documents their format.

use chrono::{DateTime, SubsecRound as _, Utc};
use coach_domain::{
    clock::is_storable,
    purchase::Report,
    subscription::{Entitlement, Stage, SubscriptionProvider},
};
use serde::Deserialize;
use uuid::Uuid;

use super::NoReport;

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
    purchase_token: Option<Uuid>,
    trial_ends_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    grace_ends_at: Option<DateTime<Utc>>,
    will_renew: bool,
}

pub(super) fn read(body: &[u8]) -> Result<Report, NoReport> {
    let event: Event = serde_json::from_slice(body)?;
    let stage = match event.r#type.as_str() {
        "subscription.created" => Stage::Started,
        "subscription.updated" => Stage::Changed,
        "subscription.ended" => Stage::Ended,
        other => {
            let why = format!("`{other}` is of no concern here");
            return Err(NoReport::Irrelevant(why));
        }
    };
    let data: Data = serde_json::from_value(event.data)?;
    let id = &data.external_id;
    if id.is_empty() || id.len() > 512 || id.chars().any(char::is_control) {
        let why = "its externalId is empty, too long, or no plain text";
        return Err(NoReport::Malformed(why.to_owned()));
    }
    let ends = [
        data.trial_ends_at,
        Some(data.expires_at),
        data.grace_ends_at,
    ];
    let times = ends.into_iter().flatten().chain([event.timestamp]);
    if !times.into_iter().all(is_storable) {
        let why = "it has an impossible date";
        return Err(NoReport::Malformed(why.to_owned()));
    }
    // The resolution of Postgres.
    let truncate = |at: DateTime<Utc>| at.trunc_subsecs(6);
    let expires_at = truncate(data.expires_at);
    // If a subscription ends during its trial, so does the trial.
    let trial_ends_at = data.trial_ends_at.map(truncate);
    let trial_ends_at = match stage {
        Stage::Ended => trial_ends_at.map(|trial| trial.min(expires_at)),
        Stage::Started | Stage::Changed => trial_ends_at,
    };
    let entitlement = Entitlement {
        provider: Some(data.provider),
        trial_ends_at,
        expires_at: Some(expires_at),
        grace_ends_at: data.grace_ends_at.map(truncate),
        will_renew: data.will_renew,
    };
    let at = truncate(event.timestamp);
    let report = Report::for_subscription(data.provider, data.external_id, &entitlement, at, stage);
    Ok(report.with_purchase_token(data.purchase_token))
}
