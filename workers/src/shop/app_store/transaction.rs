//! Signed transactions.
//! <https://developer.apple.com/documentation/appstoreserverapi/jwstransactiondecodedpayload>

use chrono::{DateTime, Utc};
use coach_domain::{
    purchase::{Products, PurchaseError, Report},
    subscription::{Stage, Statement, SubscriptionProvider, Transaction},
};
use serde::Deserialize;
use uuid::Uuid;

use super::timestamp;

/// The fields that are used. Times are in milliseconds since the Unix epoch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedTransaction {
    pub(super) bundle_id: String,
    pub(super) environment: String,
    /// Unique for each period.
    transaction_id: String,
    /// The id of the subscription, the same for all renewals.
    pub(super) original_transaction_id: String,
    product_id: String,
    #[serde(rename = "type")]
    product_type: String,
    signed_date: i64,
    purchase_date: Option<i64>,
    expires_date: Option<i64>,
    revocation_date: Option<i64>,
    /// Whether the customer has since upgraded to another product, which has another transaction.
    #[serde(default)]
    is_upgraded: bool,
    /// `FREE_TRIAL`, among others.
    offer_discount_type: Option<String>,
    app_account_token: Option<Uuid>,
}

impl SignedTransaction {
    /// The report on the period of the transaction.
    ///
    /// # Errors
    ///
    /// [`PurchaseError::NotApplicable`] for other products: most of what can be bought in an app is not a subscription.
    pub(super) fn report(self, products: &Products, stage: Stage) -> Result<Report, PurchaseError> {
        let not_applicable = PurchaseError::NotApplicable;
        if self.product_type != "Auto-Renewable Subscription" {
            return Err(not_applicable("it is not an auto-renewable subscription"));
        }
        if !products.contains(&self.product_id) {
            return Err(not_applicable("its product is not in COACH_APPLE_PRODUCTS"));
        }
        let is_storable = |id: &str| !id.is_empty() && !id.contains('\0');
        if !is_storable(&self.original_transaction_id) || !is_storable(&self.transaction_id) {
            return Err(not_applicable("it has no id"));
        }
        let optional = |at: Option<i64>| at.map(timestamp).transpose();
        let ends_at = optional(self.expires_date)?.ok_or(not_applicable("it has no end"))?;
        let signed_at: DateTime<Utc> = timestamp(self.signed_date)?;
        // The time of the upgrade is not stated, but it was no later than the signature.
        let upgraded_at = self.is_upgraded.then_some(signed_at);
        let transaction = Transaction {
            id: self.transaction_id,
            product_id: self.product_id,
            starts_at: optional(self.purchase_date)?,
            ends_at,
            is_trial: self.offer_discount_type.as_deref() == Some("FREE_TRIAL"),
            revoked_at: optional(self.revocation_date)?.or(upgraded_at),
        };
        Ok(Report {
            provider: SubscriptionProvider::Apple,
            external_id: self.original_transaction_id,
            purchase_token: self.app_account_token,
            replaces: None,
            statements: vec![Statement::for_transaction(transaction, signed_at, stage)],
        })
    }
}
