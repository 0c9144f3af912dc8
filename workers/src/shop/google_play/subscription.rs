//! What the API says of a subscription.
//! <https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2>

use chrono::{DateTime, SubsecRound as _, Utc};
use coach_domain::{
    clock::can_be_kept,
    subscription::{
        Entitlement, SubscriptionProvider,
        purchase::{Purchase, PurchaseError},
    },
};
use serde::Deserialize;
use uuid::Uuid;

/// `SubscriptionPurchaseV2`, as far as it matters here. It does not tell trials from what is paid for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subscription {
    #[serde(rename = "subscriptionState")]
    state: String,
    #[serde(default)]
    line_items: Vec<LineItem>,
    #[serde(default)]
    external_account_identifiers: Option<Identifiers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    #[serde(default)]
    expiry_time: Option<DateTime<Utc>>,
    #[serde(default)]
    auto_renewing_plan: Option<Plan>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    #[serde(default)]
    auto_renew_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identifiers {
    /// What the app handed to `setObfuscatedAccountId`.
    #[serde(default)]
    obfuscated_external_account_id: Option<String>,
}

impl Subscription {
    /// What it gives, when asked at `at`. `id` is the purchase token: Google has no other name for the subscription.
    pub(super) fn purchase(self, id: &str, at: DateTime<Utc>) -> Result<Purchase, PurchaseError> {
        let unknown = |what: String| Err(PurchaseError::Unavailable(what));
        let ends = self.line_items.iter().filter_map(|item| item.expiry_time);
        let end = ends.max().filter(|end| can_be_kept(*end));
        // As Postgres keeps it.
        let end = end.map(|end| end.trunc_subsecs(6));
        let plans = || {
            let items = self.line_items.iter();
            items.filter_map(|item| item.auto_renewing_plan.as_ref())
        };
        let renews = plans().any(|plan| plan.auto_renew_enabled);
        let state = self.state.trim_start_matches("SUBSCRIPTION_STATE_");
        if matches!(state, "PENDING" | "PENDING_PURCHASE_CANCELED") {
            return Err(PurchaseError::Invalid("nothing was paid for it"));
        }
        let Some(end) = end else {
            return unknown("it names no end of a subscription".to_owned());
        };
        let (expires_at, grace_ends_at, will_renew) = match state {
            "ACTIVE" => (end, None, renews),
            "CANCELED" => (end, None, false),
            // Google tries the payment again, and moves the end while it does.
            "IN_GRACE_PERIOD" => (end.min(at), Some(end), renews),
            "ON_HOLD" | "PAUSED" => (end.min(at), None, renews),
            "EXPIRED" => (end.min(at), None, false),
            other => return unknown(format!("it names the state `{other}`, unknown here")),
        };
        let account = self.external_account_identifiers;
        let account = account.and_then(|account| account.obfuscated_external_account_id);
        Ok(Purchase {
            external_id: id.to_owned(),
            purchase_token: account.and_then(|account| Uuid::parse_str(&account).ok()),
            entitlement: Entitlement {
                provider: Some(SubscriptionProvider::Google),
                trial_ends_at: None,
                expires_at: Some(expires_at),
                grace_ends_at,
                will_renew,
            },
            reported_at: at,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const END: &str = "2026-04-18T12:00:00.123456789Z";

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn read(state: &str, change: impl Fn(&mut Value)) -> Result<Purchase, PurchaseError> {
        let mut answer = json!({
            "kind": "androidpublisher#subscriptionPurchaseV2", "regionCode": "DE",
            "subscriptionState": format!("SUBSCRIPTION_STATE_{state}"),
            "lineItems": [{
                "productId": "coach.monthly", "expiryTime": END,
                "autoRenewingPlan": { "autoRenewEnabled": true },
            }],
        });
        change(&mut answer);
        let subscription: Subscription = serde_json::from_value(answer).unwrap();
        subscription.purchase("token", moment("2026-03-18T12:00:00Z"))
    }

    #[test]
    fn each_state_says_until_when() {
        let (now, end) = ("2026-03-18T12:00:00Z", "2026-04-18T12:00:00.123456Z");
        let cases = [
            ("ACTIVE", end, None, true),
            ("CANCELED", end, None, false),
            ("IN_GRACE_PERIOD", now, Some(end), true),
            ("ON_HOLD", now, None, true),
            ("PAUSED", now, None, true),
            ("EXPIRED", now, None, false),
        ];
        for (state, expires, grace, renews) in cases {
            let given = read(state, |_| {}).unwrap().entitlement;
            assert_eq!(given.expires_at, Some(moment(expires)), "{state}");
            assert_eq!(given.grace_ends_at, grace.map(moment), "{state}");
            assert_eq!(given.will_renew, renews, "{state}");
        }
        let past = read("EXPIRED", |it| {
            it["lineItems"][0]["expiryTime"] = json!("2026-01-01T00:00:00Z");
        });
        let past = past.unwrap().entitlement.expires_at;
        assert_eq!(past, Some(moment("2026-01-01T00:00:00Z")));
    }

    #[test]
    fn the_last_of_several_items_counts_and_prepaid_plans_do_not_renew() {
        let several = read("ACTIVE", |it| {
            let items = it["lineItems"].as_array_mut().unwrap();
            items.push(json!({ "expiryTime": "2026-05-01T00:00:00Z", "prepaidPlan": {} }));
            items.push(json!({ "productId": "to come" }));
        });
        let end = several.unwrap().entitlement.expires_at;
        assert_eq!(end, Some(moment("2026-05-01T00:00:00Z")));
        let prepaid = read("ACTIVE", |it| {
            it["lineItems"] = json!([{ "expiryTime": END, "prepaidPlan": {} }]);
        });
        assert!(!prepaid.unwrap().entitlement.will_renew);
    }

    #[test]
    fn whose_it_is_the_app_has_said() {
        let id = "0195a1f0-7c00-7a4e-9d2b-3f6f0c1b2a4d";
        let of = |account: Value| {
            let given = read("ACTIVE", |it| {
                it["externalAccountIdentifiers"] = account.clone();
            });
            given.unwrap().purchase_token
        };
        let named = of(json!({ "obfuscatedExternalAccountId": id }));
        assert_eq!(named.unwrap().to_string(), id);
        assert_eq!(
            of(json!({ "obfuscatedExternalAccountId": "somebody" })),
            None
        );
        assert_eq!(of(json!({})), None);
    }

    #[test]
    fn what_is_not_paid_is_invalid_and_what_is_not_known_is_asked_again() {
        for state in ["PENDING", "PENDING_PURCHASE_CANCELED"] {
            assert!(matches!(
                read(state, |_| {}),
                Err(PurchaseError::Invalid(_))
            ));
        }
        let unknown = [
            read("UNSPECIFIED", |_| {}),
            read("ACTIVE", |it| it["lineItems"] = json!([])),
            read("ACTIVE", |it| {
                it["lineItems"][0]["expiryTime"] = json!("9999-12-31T00:00:00Z");
            }),
        ];
        for result in unknown {
            assert!(matches!(result, Err(PurchaseError::Unavailable(_))));
        }
    }
}
