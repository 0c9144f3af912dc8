//! What a signed transaction says.
//! <https://developer.apple.com/documentation/appstoreserverapi/jwstransactiondecodedpayload>

use serde::Deserialize;
use uuid::Uuid;

use super::{Environment, Signed, moment};
use crate::subscription::{
    Entitlement, SubscriptionProvider,
    purchase::{Purchase, PurchaseError},
};

/// The fields that count here. Times are milliseconds since 1970.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub(super) bundle_id: String,
    pub(super) environment: Environment,
    /// The same for all renewals.
    original_transaction_id: String,
    #[serde(rename = "type")]
    product_type: String,
    signed_date: i64,
    #[serde(default)]
    expires_date: Option<i64>,
    #[serde(default)]
    revocation_date: Option<i64>,
    /// `FREE_TRIAL`, among others.
    #[serde(default)]
    offer_discount_type: Option<String>,
    #[serde(default)]
    app_account_token: Option<Uuid>,
}

impl Transaction {
    /// What it gives, until the shop says otherwise.
    pub(super) fn purchase(self) -> Result<Purchase, PurchaseError> {
        let invalid = PurchaseError::Invalid;
        if self.product_type != "Auto-Renewable Subscription" {
            return Err(invalid("it is no subscription"));
        }
        if self.original_transaction_id.is_empty() || self.original_transaction_id.contains('\0') {
            return Err(invalid("it has no id"));
        }
        let expires_at = self.expires_date.ok_or(invalid("it has no end"))?;
        let end = moment(self.revocation_date.unwrap_or(expires_at))?;
        let trial = self.offer_discount_type.as_deref() == Some("FREE_TRIAL");
        let signed_at = moment(self.signed_date)?;
        Ok(Purchase {
            external_id: self.original_transaction_id,
            purchase_token: self.app_account_token,
            entitlement: Entitlement {
                provider: Some(SubscriptionProvider::Apple),
                trial_ends_at: trial.then_some(end),
                expires_at: Some(end),
                grace_ends_at: None,
                // Subscriptions renew until somebody says otherwise, and Apple says so in a notification.
                will_renew: self.revocation_date.is_none(),
            },
            reported_at: signed_at,
        })
    }
}

impl Signed for Transaction {
    fn signed_date(&self) -> i64 {
        self.signed_date
    }
}
