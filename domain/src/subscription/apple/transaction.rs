//! What a signed transaction says.
//! <https://developer.apple.com/documentation/appstoreserverapi/jwstransactiondecodedpayload>

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::moment;
use crate::subscription::{
    Report, Stage, Statement, SubscriptionProvider, Transaction,
    purchase::{Products, PurchaseError},
};

/// The fields that count here. Times are milliseconds since 1970.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedTransaction {
    pub(super) bundle_id: String,
    pub(super) environment: String,
    /// Of this period alone.
    transaction_id: String,
    /// The same for all renewals.
    pub(super) original_transaction_id: String,
    product_id: String,
    #[serde(rename = "type")]
    product_type: String,
    signed_date: i64,
    #[serde(default)]
    purchase_date: Option<i64>,
    #[serde(default)]
    expires_date: Option<i64>,
    #[serde(default)]
    revocation_date: Option<i64>,
    /// Whether the customer has moved to a better product since, whose transaction is another one.
    #[serde(default)]
    is_upgraded: bool,
    /// `FREE_TRIAL`, among others.
    #[serde(default)]
    offer_discount_type: Option<String>,
    #[serde(default)]
    app_account_token: Option<Uuid>,
}

impl SignedTransaction {
    /// What it says of the period that it is about, until the shop says otherwise.
    ///
    /// # Errors
    ///
    /// [`PurchaseError::NotOurs`] for what is no subscription of ours: most of what can be bought in an app is none.
    pub(super) fn report(self, products: &Products, stage: Stage) -> Result<Report, PurchaseError> {
        let not_ours = PurchaseError::NotOurs;
        if self.product_type != "Auto-Renewable Subscription" {
            return Err(not_ours("it is no subscription that renews"));
        }
        if !products.contains(&self.product_id) {
            return Err(not_ours("its product is not in COACH_APPLE_PRODUCTS"));
        }
        let can_be_kept = |id: &str| !id.is_empty() && !id.contains('\0');
        if !can_be_kept(&self.original_transaction_id) || !can_be_kept(&self.transaction_id) {
            return Err(not_ours("it has no id"));
        }
        let optional = |at: Option<i64>| at.map(moment).transpose();
        let ends_at = optional(self.expires_date)?.ok_or(not_ours("it has no end"))?;
        let signed_at: DateTime<Utc> = moment(self.signed_date)?;
        // When that was is not said, but by then it was.
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
            says: vec![Statement::on_transaction(transaction, signed_at, stage)],
        })
    }
}
