//! Linking purchases of Google Play and Stripe, which are looked up in the shop.

use std::{path::Path, sync::Arc};

use axum::http::StatusCode;
use coach_tests::shop_apis::{ShopApis, stripe_subscription_of, subscription};
use serde_json::{Value, json};

use super::{change, rows::count};
use crate::harness::{GraphqlResponse, TestApp, kinds, member};

const TOKEN: &str = "kdmlbpghmmdnjdfoagmdcibj.AO-J1Oz-a-token-of-google-play";
const CHECKOUT: &str = "cs_live_a1NoteYouKnowNothingOfThis";

async fn start() -> (Arc<ShopApis>, TestApp) {
    let apis = ShopApis::start(Path::new(env!("CARGO_TARGET_TMPDIR"))).await;
    let test = TestApp::with_env(&apis.environment()).await;
    (apis, test)
}

async fn link(test: &TestApp, key: &str, provider: &str, purchase: &str) -> GraphqlResponse {
    let input = json!({ "idempotencyKey": key, "provider": provider, "purchase": purchase });
    change(test, member::NORA, "LinkPurchase", input).await
}

fn checkout(status: &str) -> Value {
    json!({
        "id": CHECKOUT, "object": "checkout.session", "mode": "subscription", "status": "complete",
        "client_reference_id": null,
        "subscription": stripe_subscription_of("sub_1", status, (1_773_831_600, 1_776_510_000)),
    })
}

#[tokio::test]
async fn a_purchase_gives_what_its_shop_says() {
    let (apis, test) = start().await;
    let end = "2026-04-18T11:00:00Z";
    apis.set_purchase(TOKEN, subscription("ACTIVE", end));
    apis.set_purchase(CHECKOUT, checkout("active"));
    for (key, provider, purchase, id) in [
        ("1", "GOOGLE", TOKEN, TOKEN),
        ("2", "STRIPE", CHECKOUT, "sub_1"),
    ] {
        let linked = link(&test, key, provider, purchase).await;
        assert_eq!(
            linked.success()["subscription"],
            json!({ "access": "ACTIVE", "provider": provider, "expiresAt": end, "trialEndsAt": null,
                    "willRenew": true })
        );
        assert_eq!(kinds(&test.take_outbox().await), ["partner.subscription"]);
        let links = format!("subscription_link WHERE external_id = '{id}'");
        assert_eq!(count(&test, &links).await, 1);
        // A repeated request succeeds and enqueues nothing.
        link(&test, key, provider, purchase).await.success();
        assert_eq!(test.take_outbox_kinds().await, [""; 0]);
        test.execute("UPDATE subscription SET expires_at = '2026-01-01T00:00:00Z' WHERE external_id IS NOT NULL")
            .await;
    }
}

#[tokio::test]
async fn what_the_shops_do_not_confirm_is_refused() {
    let (apis, test) = start().await;
    apis.set_purchase(TOKEN, subscription("PENDING", "2026-04-18T11:00:00Z"));
    let mut open = checkout("active");
    open["subscription"] = json!(null);
    apis.set_purchase(CHECKOUT, open);
    let unpaid = "cs_test_unpaid";
    apis.set_purchase(unpaid, checkout("incomplete"));
    let linked = count(&test, "subscription_link").await;
    let long = "x".repeat(513);
    let invalid = [
        ("GOOGLE", TOKEN),
        ("GOOGLE", "a-token-that-google-does-not-know"),
        ("GOOGLE", ".."),
        ("GOOGLE", "a token with spaces in between"),
        ("GOOGLE", &long),
        ("STRIPE", CHECKOUT),
        ("STRIPE", unpaid),
        ("STRIPE", "cs_that_stripe_does_not_know"),
        ("STRIPE", "sub_1"),
        ("STRIPE", "cs_/../../customers"),
    ];
    for (number, (provider, purchase)) in invalid.into_iter().enumerate() {
        let refused = link(&test, &number.to_string(), provider, purchase).await;
        let expected = ("PURCHASE_INVALID", "input.purchase".to_owned());
        assert_eq!(refused.user_error(), expected, "{provider} {purchase}");
    }
    assert_eq!(apis.lookups(), 5);
    assert_eq!(count(&test, "subscription_link").await, linked);
}

#[tokio::test]
async fn a_shop_that_is_away_is_to_be_asked_again() {
    let (apis, test) = start().await;
    apis.set_purchase(TOKEN, subscription("ACTIVE", "2026-04-18T11:00:00Z"));
    apis.set_purchase(CHECKOUT, checkout("active"));
    for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::FORBIDDEN] {
        apis.fail_with(Some(status));
        for (provider, purchase) in [("GOOGLE", TOKEN), ("STRIPE", CHECKOUT)] {
            let answer = link(&test, "1", provider, purchase).await;
            assert_eq!(answer.codes(), ["SERVICE_UNAVAILABLE"], "{provider}");
            assert!(!answer.body.to_string().contains(purchase));
        }
    }
    apis.fail_with(None);
    link(&test, "1", "GOOGLE", TOKEN).await.success();
    assert_eq!(test.take_outbox_kinds().await, ["partner.subscription"]);
}
