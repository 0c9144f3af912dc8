//! A subscription in the API:
//! <https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2>

use chrono::{DateTime, SubsecRound as _, Utc};
use coach_domain::{
    clock::is_storable,
    purchase::{Products, PurchaseError, Report},
    subscription::{Entitlement, Stage, SubscriptionProvider},
};
use serde::Deserialize;
use uuid::Uuid;

/// The fields of `SubscriptionPurchaseV2` that are used here. It does not distinguish trials from paid periods.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subscription {
    #[serde(rename = "subscriptionState")]
    state: String,
    #[serde(default)]
    line_items: Vec<LineItem>,
    external_account_identifiers: Option<Identifiers>,
    /// The purchase token of the subscription that this one replaces, after a change of the plan, or a new purchase
    /// before the old one had expired.
    linked_purchase_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    #[serde(default)]
    product_id: String,
    expiry_time: Option<DateTime<Utc>>,
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
    /// The value that the app passed to `setObfuscatedAccountId`.
    obfuscated_external_account_id: Option<String>,
}

impl Subscription {
    /// The report on the subscription's items of these products, when it was fetched at `at`. `id` is the purchase
    /// token, which is Google's only id of the subscription.
    pub(super) fn report(
        self,
        id: &str,
        products: &Products,
        at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let unknown = |reason: String| Err(PurchaseError::Unavailable(reason));
        let state = self.state.trim_start_matches("SUBSCRIPTION_STATE_");
        if matches!(state, "PENDING" | "PENDING_PURCHASE_CANCELED") {
            return Err(PurchaseError::NotApplicable("nothing was paid for it"));
        }
        if self.line_items.is_empty() {
            return unknown("it names no product".to_owned());
        }
        let items = || {
            self.line_items
                .iter()
                .filter(|item| products.contains(&item.product_id))
        };
        if items().next().is_none() {
            let why = "its product is not in COACH_GOOGLE_PRODUCTS";
            return Err(PurchaseError::NotApplicable(why));
        }
        let ends = items().filter_map(|item| item.expiry_time);
        let end = ends.max().filter(|end| is_storable(*end));
        // The resolution of Postgres.
        let end = end.map(|end| end.trunc_subsecs(6));
        let mut plans = items().filter_map(|item| item.auto_renewing_plan.as_ref());
        let renews = plans.any(|plan| plan.auto_renew_enabled);
        let Some(end) = end else {
            return unknown("it names no end of a subscription".to_owned());
        };
        let (expires_at, grace_ends_at, will_renew) = match state {
            "ACTIVE" => (end, None, renews),
            "CANCELED" => (end, None, false),
            // Google retries the payment, and extends the expiry time meanwhile.
            "IN_GRACE_PERIOD" => (end.min(at), Some(end), renews),
            "ON_HOLD" | "PAUSED" => (end.min(at), None, renews),
            "EXPIRED" => (end.min(at), None, false),
            other => return unknown(format!("it names the state `{other}`, unknown here")),
        };
        let account = self.external_account_identifiers;
        let account = account.and_then(|account| account.obfuscated_external_account_id);
        let entitlement = Entitlement {
            provider: Some(SubscriptionProvider::Google),
            trial_ends_at: None,
            expires_at: Some(expires_at),
            grace_ends_at,
            will_renew,
        };
        let provider = SubscriptionProvider::Google;
        let report = Report::for_subscription(provider, id, &entitlement, at, Stage::Changed);
        Ok(Report {
            purchase_token: account.and_then(|account| Uuid::parse_str(&account).ok()),
            replaces: self.linked_purchase_token.filter(|token| token != id),
            ..report
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

    fn read(state: &str, change: impl Fn(&mut Value)) -> Result<Report, PurchaseError> {
        let mut response = json!({
            "kind": "androidpublisher#subscriptionPurchaseV2", "regionCode": "DE",
            "subscriptionState": format!("SUBSCRIPTION_STATE_{state}"),
            "lineItems": [{
                "productId": "coach.monthly", "expiryTime": END,
                "autoRenewingPlan": { "autoRenewEnabled": true },
            }],
        });
        change(&mut response);
        let subscription: Subscription = serde_json::from_value(response).unwrap();
        let products = ["coach.monthly", "coach.yearly"].into_iter().collect();
        subscription.report("token", &products, moment("2026-03-18T12:00:00Z"))
    }

    fn assert_report(report: &Report, expires: &str, grace: Option<&str>, renews: bool) {
        let expected = Entitlement {
            provider: Some(SubscriptionProvider::Google),
            trial_ends_at: None,
            expires_at: Some(moment(expires)),
            grace_ends_at: grace.map(moment),
            will_renew: renews,
        };
        let at = moment("2026-03-18T12:00:00Z");
        let expected = Report::for_subscription(
            SubscriptionProvider::Google,
            "token",
            &expected,
            at,
            Stage::Changed,
        );
        assert_eq!(report.statements, expected.statements);
    }

    #[test]
    fn each_state_gives_its_end() {
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
            assert_report(&read(state, |_| {}).unwrap(), expires, grace, renews);
        }
        let past = read("EXPIRED", |it| {
            it["lineItems"][0]["expiryTime"] = json!("2026-01-01T00:00:00Z");
        });
        assert_report(&past.unwrap(), "2026-01-01T00:00:00Z", None, false);
    }

    #[test]
    fn the_last_of_several_items_counts_and_prepaid_plans_do_not_renew() {
        let several = read("ACTIVE", |it| {
            let items = it["lineItems"].as_array_mut().unwrap();
            items.push(json!({
                "productId": "coach.yearly", "expiryTime": "2026-05-01T00:00:00Z", "prepaidPlan": {},
            }));
            items.push(json!({ "productId": "coach.yearly" }));
            // Not one of the products.
            items.push(json!({ "productId": "news", "expiryTime": "2026-09-01T00:00:00Z" }));
        });
        assert_report(&several.unwrap(), "2026-05-01T00:00:00Z", None, true);
        let prepaid = read("ACTIVE", |it| {
            let item =
                json!({ "productId": "coach.monthly", "expiryTime": END, "prepaidPlan": {} });
            it["lineItems"] = json!([item]);
        });
        assert_report(
            &prepaid.unwrap(),
            "2026-04-18T12:00:00.123456Z",
            None,
            false,
        );
        let another = read("ACTIVE", |it| {
            it["lineItems"][0]["productId"] = json!("news");
        });
        assert!(matches!(another, Err(PurchaseError::NotApplicable(_))));
    }

    #[test]
    fn the_owner_is_the_obfuscated_account_id() {
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
    fn the_replaced_subscription_is_reported() {
        let replaces = |token: &str| {
            let read = read("ACTIVE", |it| it["linkedPurchaseToken"] = json!(token));
            read.unwrap().replaces
        };
        assert_eq!(replaces("older"), Some("older".to_owned()));
        assert_eq!(replaces("token"), None);
    }

    #[test]
    fn unpaid_subscriptions_are_not_applicable_and_unknown_states_are_retried() {
        for state in ["PENDING", "PENDING_PURCHASE_CANCELED"] {
            assert!(matches!(
                read(state, |_| {}),
                Err(PurchaseError::NotApplicable(_))
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
