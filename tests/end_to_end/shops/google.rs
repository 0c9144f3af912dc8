//! Google Play's response to a lookup takes effect at the time of the request.

use chrono::TimeDelta;
use coach_domain::purchase::next_request_time;
use coach_tests::shop_apis::{push, push_token, subscription};
use serde_json::json;

use super::Market;
use crate::{
    harness::member::{CHEN, NORA},
    webhooks::senders::{Event, NOON, google_play_of},
};

const TOKEN: &str = "a-token-of-google-play-that-there-is";

/// A push request about a purchase, for an event so many milliseconds before noon.
fn pushed(id: &str, token: &str, before: i64) -> Event {
    let notification = json!({ "version": "1.0", "notificationType": 12, "purchaseToken": token });
    let body = push(
        id,
        NOON * 1_000 - before,
        "subscriptionNotification",
        &notification,
    );
    google_play_of(&push_token(NOON + 3_000, &json!({})), &body.to_string())
}

#[tokio::test]
async fn a_revocation_half_a_second_before_a_link_counts() {
    let market = Market::open().await;
    let end = "2026-04-18T11:00:00Z";
    market.apis.set_purchase(TOKEN, subscription("ACTIVE", end));
    market.link(NORA, "1", "GOOGLE", TOKEN).await.success();
    market.test.take_outbox().await;
    market
        .apis
        .set_purchase(TOKEN, subscription("EXPIRED", end));
    let revoked = pushed("1", TOKEN, 500);
    market.deliver(&revoked).await;
    // The purchase ends at the time of the lookup.
    market.test.advance(TimeDelta::seconds(1));
    assert_eq!(market.access(NORA).await, "LAPSED");
}

/// The clocks of two processes differ, but later lookups have later dates all the same.
#[tokio::test]
async fn what_is_asked_later_is_dated_later_by_any_clock() {
    let market = Market::open().await;
    let end = "2026-04-18T11:00:00Z";
    market.apis.set_purchase(TOKEN, subscription("ACTIVE", end));
    market.test.advance(TimeDelta::seconds(30));
    market.link(NORA, "1", "GOOGLE", TOKEN).await.success();
    market.test.take_outbox().await;
    market.test.advance(-TimeDelta::seconds(30));
    market
        .apis
        .set_purchase(TOKEN, subscription("EXPIRED", end));
    market.deliver(&pushed("1", TOKEN, 0)).await;
    market.test.advance(TimeDelta::seconds(31));
    assert_eq!(market.access(NORA).await, "LAPSED");
    let noon = "2026-03-18T12:00:00Z".parse().expect("a moment");
    let mut last = noon;
    for hours in [0, -1, 2, 1] {
        let now = noon + TimeDelta::hours(hours);
        let date = next_request_time(&*market.test.pool, now)
            .await
            .expect("a date");
        assert!(date > last && date >= now, "{date} {last}");
        last = date;
    }
}

/// A change of the subscription's plan has a new purchase token, which the app may not have linked.
#[tokio::test]
async fn what_replaces_a_members_purchase_is_the_members() {
    let market = Market::open().await;
    market
        .apis
        .set_purchase(TOKEN, subscription("ACTIVE", "2026-04-18T11:00:00Z"));
    market.link(NORA, "1", "GOOGLE", TOKEN).await.success();
    market.test.take_outbox().await;
    let newer = "another-token-of-google-play";
    let mut purchase = subscription("ACTIVE", "2027-03-18T11:00:00Z");
    purchase["linkedPurchaseToken"] = json!(TOKEN);
    purchase["lineItems"][0]["productId"] = json!("coach.yearly");
    market.apis.set_purchase(newer, purchase);
    // No other member can link it.
    let refused = market.link(CHEN, "1", "GOOGLE", newer).await;
    assert_eq!(refused.user_error().0, "PURCHASE_INVALID");
    market
        .apis
        .set_purchase(TOKEN, subscription("EXPIRED", "2026-03-18T11:59:00Z"));
    assert_eq!(
        market.deliver(&pushed("1", newer, 900)).await,
        ["partner.subscription"]
    );
    market.deliver(&pushed("2", TOKEN, 1_000)).await;
    let current = market.subscription(NORA).await;
    assert_eq!(current["access"], "ACTIVE");
    assert_eq!(current["expiresAt"], "2027-03-18T11:00:00Z");
}
