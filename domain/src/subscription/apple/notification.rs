//! App Store Server Notifications, version 2: what the store says by itself.
//! <https://developer.apple.com/documentation/appstoreservernotifications/responsebodyv2decodedpayload>

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{Apple, Environment, Signed, moment, transaction::Transaction};
use crate::subscription::{Report, Stage, SubscriptionProvider, purchase::PurchaseError};

/// Apple tries for six and a half days. What is older was held back.
const STALE: TimeDelta = TimeDelta::days(7);

/// A notification, with all that is signed in it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// By what Apple knows a repeated one.
    pub id: String,
    /// Such as `DID_RENEW`.
    pub kind: String,
    /// What it says of a subscription; `None` for types that say nothing of one.
    pub report: Option<Report>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    signed_payload: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    notification_type: String,
    #[serde(rename = "notificationUUID")]
    notification_uuid: String,
    signed_date: i64,
    #[serde(default)]
    data: Option<Data>,
}

impl Signed for Payload {
    fn signed_date(&self) -> i64 {
        self.signed_date
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    bundle_id: String,
    environment: Environment,
    #[serde(default)]
    signed_transaction_info: Option<String>,
    #[serde(default)]
    signed_renewal_info: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renewal {
    signed_date: i64,
    original_transaction_id: String,
    #[serde(default)]
    auto_renew_status: i32,
    #[serde(default)]
    grace_period_expires_date: Option<i64>,
}

impl Signed for Renewal {
    fn signed_date(&self) -> i64 {
        self.signed_date
    }
}

/// The types that say how a subscription stands.
fn stage(kind: &str) -> Option<Stage> {
    Some(match kind {
        "SUBSCRIBED" => Stage::Begun,
        "DID_RENEW"
        | "DID_CHANGE_RENEWAL_STATUS"
        | "DID_CHANGE_RENEWAL_PREF"
        | "DID_FAIL_TO_RENEW"
        | "OFFER_REDEEMED"
        | "PRICE_INCREASE"
        | "REFUND_REVERSED"
        | "RENEWAL_EXTENDED" => Stage::Changed,
        "EXPIRED" | "GRACE_PERIOD_EXPIRED" | "REFUND" | "REVOKE" => Stage::Over,
        _ => return None,
    })
}

impl Apple {
    /// Verifies a notification as it was posted at `received_at`, and all that is signed within it.
    ///
    /// # Errors
    ///
    /// [`PurchaseError::Invalid`] for what Apple has not signed, or not for this app, or long ago.
    pub fn notification(
        &self,
        body: &[u8],
        received_at: DateTime<Utc>,
    ) -> Result<Notification, PurchaseError> {
        let broken = PurchaseError::Invalid("it is no notification of the App Store");
        let body: Body = serde_json::from_slice(body).map_err(|_| broken.clone())?;
        let payload: Payload = self.open(&body.signed_payload, received_at)?;
        let signed_at = moment(payload.signed_date)?;
        if signed_at < received_at - STALE {
            return Err(PurchaseError::Invalid("it was signed too long ago"));
        }
        if payload.notification_uuid.is_empty() || payload.notification_uuid.len() > 100 {
            return Err(broken);
        }
        let mut report = None;
        if let Some(data) = &payload.data {
            self.is_ours(&data.bundle_id, data.environment)?;
            let transaction = data.signed_transaction_info.as_deref();
            let transaction: Option<Transaction> = transaction
                .map(|jws| self.open(jws, received_at))
                .transpose()?;
            let renewal = data.signed_renewal_info.as_deref();
            let renewal: Option<Renewal> =
                renewal.map(|jws| self.open(jws, received_at)).transpose()?;
            if let (Some(stage), Some(transaction)) =
                (stage(&payload.notification_type), transaction)
            {
                self.is_ours(&transaction.bundle_id, transaction.environment)?;
                report = Some(combine(transaction, renewal, stage, signed_at)?);
            }
        }
        Ok(Notification {
            id: payload.notification_uuid,
            kind: payload.notification_type,
            report,
        })
    }
}

fn combine(
    transaction: Transaction,
    renewal: Option<Renewal>,
    stage: Stage,
    at: DateTime<Utc>,
) -> Result<Report, PurchaseError> {
    let purchase = transaction.purchase()?;
    let mut entitlement = purchase.entitlement;
    if let Some(renewal) = renewal {
        if renewal.original_transaction_id != purchase.external_id {
            return Err(PurchaseError::Invalid("it speaks of two subscriptions"));
        }
        let renews = renewal.auto_renew_status == 1;
        entitlement.will_renew = renews && entitlement.will_renew && stage != Stage::Over;
        let grace = renewal
            .grace_period_expires_date
            .filter(|_| stage != Stage::Over);
        entitlement.grace_ends_at = grace.map(moment).transpose()?;
    }
    Ok(Report {
        provider: SubscriptionProvider::Apple,
        external_id: purchase.external_id,
        purchase_token: purchase.purchase_token,
        entitlement: Some(entitlement),
        at,
        stage,
    })
}
