//! App Store Server Notifications, version 2: what the store says by itself.
//! <https://developer.apple.com/documentation/appstoreservernotifications/responsebodyv2decodedpayload>

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{Apple, Opened, moment, transaction::SignedTransaction};
use crate::subscription::{Report, Stage, Statement, purchase::PurchaseError};

/// Apple tries for six and a half days. What is older was held back.
const STALE: TimeDelta = TimeDelta::days(7);

/// A notification, with all that is signed in it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// By what Apple knows a repeated one.
    pub id: String,
    /// Such as `DID_RENEW`.
    pub kind: String,
    /// What it says of a subscription; an error tells why that is nothing.
    pub report: Result<Report, &'static str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    signed_payload: String,
}

/// One of the last four is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    notification_type: String,
    #[serde(rename = "notificationUUID")]
    notification_uuid: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    summary: Option<OfApp>,
    #[serde(default)]
    external_purchase_token: Option<OfApp>,
    #[serde(default)]
    app_data: Option<OfApp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    bundle_id: String,
    environment: String,
    #[serde(default)]
    signed_transaction_info: Option<String>,
    #[serde(default)]
    signed_renewal_info: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfApp {
    bundle_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renewal {
    original_transaction_id: String,
    #[serde(default)]
    auto_renew_status: i32,
    #[serde(default)]
    grace_period_expires_date: Option<i64>,
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
        let opened = self.open(&body.signed_payload, received_at)?;
        if opened.signed_at < received_at - STALE {
            return Err(PurchaseError::Invalid("it was signed too long ago"));
        }
        // Whatever else Apple signs, transactions of any app among it, is in many hands.
        let payload: Payload = opened.read().map_err(|_| broken.clone())?;
        if payload.notification_uuid.is_empty() || payload.notification_uuid.len() > 100 {
            return Err(broken);
        }
        let report = match self.report(&payload, received_at) {
            Ok(report) => Ok(report),
            Err(PurchaseError::NotOurs(why)) => Err(why),
            Err(error) => return Err(error),
        };
        Ok(Notification {
            id: payload.notification_uuid,
            kind: payload.notification_type,
            report,
        })
    }

    fn report(
        &self,
        payload: &Payload,
        received_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let Some(data) = &payload.data else {
            let others = [
                &payload.summary,
                &payload.external_purchase_token,
                &payload.app_data,
            ];
            for of in others.into_iter().flatten() {
                self.is_ours(&of.bundle_id, "Production")?;
            }
            return Err(PurchaseError::NotOurs("it says nothing of a subscription"));
        };
        self.is_ours(&data.bundle_id, &data.environment)?;
        let open = |jws: &Option<String>| {
            let jws = jws.as_deref();
            jws.map(|jws| self.open(jws, received_at)).transpose()
        };
        let transaction = open(&data.signed_transaction_info)?;
        let renewal = open(&data.signed_renewal_info)?;
        let (Some(stage), Some(transaction)) = (stage(&payload.notification_type), transaction)
        else {
            return Err(PurchaseError::NotOurs("it says nothing of a subscription"));
        };
        let transaction: SignedTransaction = transaction.read()?;
        self.is_ours(&transaction.bundle_id, &transaction.environment)?;
        let mut report = transaction.report(&self.products, stage)?;
        let is_over = matches!(
            payload.notification_type.as_str(),
            "EXPIRED" | "GRACE_PERIOD_EXPIRED"
        );
        if let Some(renewal) = renewal {
            let renewal = renewal_of(&report, &renewal, is_over, stage)?;
            report.says.push(renewal);
        }
        Ok(report)
    }
}

fn renewal_of(
    report: &Report,
    signed: &Opened,
    is_over: bool,
    stage: Stage,
) -> Result<Statement, PurchaseError> {
    let renewal: Renewal = signed.read()?;
    if renewal.original_transaction_id != report.external_id {
        return Err(PurchaseError::NotOurs("it speaks of two subscriptions"));
    }
    let renews = renewal.auto_renew_status == 1 && !is_over;
    let grace = renewal.grace_period_expires_date.filter(|_| !is_over);
    let grace = grace.map(moment).transpose()?;
    Ok(Statement::on_renewal(
        renews,
        grace,
        signed.signed_at,
        stage,
    ))
}
