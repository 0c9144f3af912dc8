//! App Store Server Notifications, version 2: webhooks of the store.
//! <https://developer.apple.com/documentation/appstoreservernotifications/responsebodyv2decodedpayload>

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    purchase::{PurchaseError, Report},
    subscription::{Stage, Statement},
};
use serde::Deserialize;

use super::{Apple, SignedPayload, timestamp, transaction::SignedTransaction};

/// Maximum age of a notification. Apple retries for six and a half days, so older ones were held back.
const MAX_AGE: TimeDelta = TimeDelta::days(7);

/// A notification whose signatures are all verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The id, the same for repeated deliveries.
    pub id: String,
    /// The type, such as `DID_RENEW`.
    pub kind: String,
    /// The report on a subscription, or the reason why there is none.
    pub report: Result<Report, &'static str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    signed_payload: String,
}

/// Exactly one of the last four fields is present.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    notification_type: String,
    #[serde(rename = "notificationUUID")]
    notification_uuid: String,
    data: Option<Data>,
    summary: Option<AppReference>,
    external_purchase_token: Option<AppReference>,
    app_data: Option<AppReference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    bundle_id: String,
    environment: String,
    signed_transaction_info: Option<String>,
    signed_renewal_info: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppReference {
    bundle_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RenewalInfo {
    original_transaction_id: String,
    #[serde(default)]
    auto_renew_status: i32,
    grace_period_expires_date: Option<i64>,
}

/// The stage for each type that reports on a subscription; `None` for other types.
fn stage(kind: &str) -> Option<Stage> {
    Some(match kind {
        "SUBSCRIBED" => Stage::Started,
        "DID_RENEW"
        | "DID_CHANGE_RENEWAL_STATUS"
        | "DID_CHANGE_RENEWAL_PREF"
        | "DID_FAIL_TO_RENEW"
        | "OFFER_REDEEMED"
        | "PRICE_INCREASE"
        | "REFUND_REVERSED"
        | "RENEWAL_EXTENDED" => Stage::Changed,
        "EXPIRED" | "GRACE_PERIOD_EXPIRED" | "REFUND" | "REVOKE" => Stage::Ended,
        _ => return None,
    })
}

impl Apple {
    /// Verifies a notification that was received at `received_at`, and all signatures in it.
    ///
    /// # Errors
    ///
    /// [`PurchaseError::Invalid`] if Apple has not signed it, or for another app, or longer ago than the maximum age.
    pub fn notification(
        &self,
        body: &[u8],
        received_at: DateTime<Utc>,
    ) -> Result<Notification, PurchaseError> {
        let malformed = PurchaseError::Invalid("it is not a notification of the App Store");
        let body: Body = serde_json::from_slice(body).map_err(|_| malformed.clone())?;
        let signed = self.verify_jws(&body.signed_payload, received_at)?;
        if signed.signed_at < received_at - MAX_AGE {
            return Err(PurchaseError::Invalid("it was signed too long ago"));
        }
        // Other payloads that Apple signs, such as transactions of any app, are available to many and must not be
        // accepted.
        let payload: Payload = signed.decode().map_err(|_| malformed.clone())?;
        if payload.notification_uuid.is_empty() || payload.notification_uuid.len() > 100 {
            return Err(malformed);
        }
        let report = match self.report(&payload, received_at) {
            Ok(report) => Ok(report),
            Err(PurchaseError::NotApplicable(why)) => Err(why),
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
        let no_subscription = PurchaseError::NotApplicable("it does not report on a subscription");
        let Some(data) = &payload.data else {
            let others = [
                &payload.summary,
                &payload.external_purchase_token,
                &payload.app_data,
            ];
            for app in others.into_iter().flatten() {
                self.check_app(&app.bundle_id, "Production")?;
            }
            return Err(no_subscription);
        };
        self.check_app(&data.bundle_id, &data.environment)?;
        let verify = |jws: &Option<String>| {
            let jws = jws.as_deref();
            jws.map(|jws| self.verify_jws(jws, received_at)).transpose()
        };
        let transaction = verify(&data.signed_transaction_info)?;
        let renewal = verify(&data.signed_renewal_info)?;
        let (Some(stage), Some(transaction)) = (stage(&payload.notification_type), transaction)
        else {
            return Err(no_subscription);
        };
        let transaction: SignedTransaction = transaction.decode()?;
        self.check_app(&transaction.bundle_id, &transaction.environment)?;
        let mut report = transaction.report(&self.products, stage)?;
        let is_over = matches!(
            payload.notification_type.as_str(),
            "EXPIRED" | "GRACE_PERIOD_EXPIRED"
        );
        if let Some(renewal) = renewal {
            let renewal = renewal_statement(&report, &renewal, is_over, stage)?;
            report.statements.push(renewal);
        }
        Ok(report)
    }
}

fn renewal_statement(
    report: &Report,
    signed: &SignedPayload,
    is_over: bool,
    stage: Stage,
) -> Result<Statement, PurchaseError> {
    let renewal: RenewalInfo = signed.decode()?;
    if renewal.original_transaction_id != report.external_id {
        return Err(PurchaseError::NotApplicable(
            "its transaction and its renewal belong to different subscriptions",
        ));
    }
    let renews = renewal.auto_renew_status == 1 && !is_over;
    let grace = renewal.grace_period_expires_date.filter(|_| !is_over);
    let grace = grace.map(timestamp).transpose()?;
    let at = signed.signed_at;
    Ok(Statement::for_renewal(renews, grace, at, stage))
}
