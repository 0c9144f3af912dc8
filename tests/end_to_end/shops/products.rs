//! Purchases of products that are not in the settings are stored and ignored.

use coach_domain::webhook::EventState;
use coach_tests::shop_apis::{PACKAGE, push, push_token, stripe_subscription_of, subscription};
use serde_json::json;

use super::{Market, signed, this_month};
use crate::{
    harness::member::NORA,
    webhooks::senders::{NOON, STRIPE, google_play_of, stripe_of},
    writes::rows,
};

#[tokio::test]
async fn another_product_gives_nothing_in_any_shop() {
    let market = Market::open().await;
    let token = "a-purchase-token-of-google-play";
    let mut purchase = subscription("ACTIVE", "2026-04-18T11:00:00Z");
    purchase["lineItems"][0]["productId"] = json!("com.example.newsletter.monthly");
    market.apis.set_purchase(token, purchase);
    let mut bought = stripe_subscription_of("sub_1", "active", (NOON, NOON + 86_400));
    bought["items"]["data"][0]["price"] =
        json!({ "id": "price_1", "product": "prod_newsletter", "unit_amount": 1 });
    market.apis.set_purchase("sub_1", bought.clone());
    let purchase = json!({ "notificationType": 4, "purchaseToken": token });
    let pushed = push("1", NOON * 1_000, "subscriptionNotification", &purchase);
    assert!(pushed.to_string().len() > PACKAGE.len());
    let changed = json!({
        "id": "evt_1", "object": "event", "type": "customer.subscription.updated", "created": NOON,
        "data": { "object": bought },
    });
    let newsletter = json!({ "productId": "com.example.newsletter.monthly" });
    let events = [
        market.apple(
            1,
            "DID_RENEW",
            &signed(this_month(), 60, &newsletter),
            Some(true),
        ),
        google_play_of(&push_token(NOON + 3_000, &json!({})), &pushed.to_string()),
        stripe_of(STRIPE[0], NOON, &changed.to_string()),
    ];
    for event in &events {
        assert_eq!(market.deliver(event).await, [""; 0]);
        let (state, why) = market.latest_event().await;
        assert_eq!(state, EventState::Ignored, "{event:?}");
        assert!(why.contains("_PRODUCTS"), "{why}");
    }
    assert_eq!(
        rows(&market.test, "SELECT FROM subscription_report")
            .await
            .len(),
        0
    );
    let own = signed(this_month(), 60, &newsletter);
    let refused = market
        .link(NORA, "1", "APPLE", &market.shop.sign(&own))
        .await;
    assert_eq!(refused.user_error().0, "PURCHASE_INVALID");
}

/// Of a subscription with several items, only those with accepted products count.
#[tokio::test]
async fn only_items_on_the_list_count() {
    let market = Market::open().await;
    let mut bought = stripe_subscription_of("sub_1", "active", (NOON, NOON + 86_400));
    let items = bought["items"]["data"].as_array_mut().expect("items");
    let mut longer = items[0].clone();
    longer["price"]["product"] = json!("prod_newsletter");
    longer["current_period_end"] = json!(NOON + 30 * 86_400);
    items.push(longer);
    let checkout = "cs_live_two_items";
    market
        .apis
        .set_purchase(checkout, json!({ "id": checkout, "subscription": bought }));
    let linked = market.link(NORA, "1", "STRIPE", checkout).await;
    assert_eq!(
        linked.success()["subscription"]["expiresAt"],
        "2026-03-19T12:00:00Z"
    );
    market.test.take_outbox().await;
}
