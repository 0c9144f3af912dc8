//! What Google Play is asked counts from when it was asked.

use chrono::TimeDelta;
use coach_domain::subscription::date_of_asking;
use coach_tests::shop_apis::{push, push_token, subscription};
use serde_json::json;

use super::Market;
use crate::{
    harness::member::{CHEN, NORA},
    webhooks::senders::{Event, NOON, google_play_of},
};

const TOKEN: &str = "a-token-of-google-play-that-there-is";

/// A push on a purchase, of something that happened so many milliseconds before noon.
fn pushed(id: &str, token: &str, before: i64) -> Event {
    let told = json!({ "version": "1.0", "notificationType": 12, "purchaseToken": token });
    let body = push(id, NOON * 1_000 - before, "subscriptionNotification", &told);
    google_play_of(&push_token(NOON + 3_000, &json!({})), &body.to_string())
}

#[tokio::test]
async fn a_revocation_half_a_second_before_a_link_counts() {
    let market = Market::open().await;
    let end = "2026-04-18T11:00:00Z";
    market.apis.say(TOKEN, subscription("ACTIVE", end));
    market.link(NORA, "1", "GOOGLE", TOKEN).await.done();
    market.test.owed().await;
    market.apis.say(TOKEN, subscription("EXPIRED", end));
    let revoked = pushed("1", TOKEN, 500);
    market.tell(&revoked).await;
    // It ends when it was asked about.
    market.test.advance(TimeDelta::seconds(1));
    assert_eq!(market.access(NORA).await, "LAPSED");
}

/// Clocks of two processes differ; what was asked later is dated later all the same.
#[tokio::test]
async fn what_is_asked_later_is_dated_later_by_any_clock() {
    let market = Market::open().await;
    let end = "2026-04-18T11:00:00Z";
    market.apis.say(TOKEN, subscription("ACTIVE", end));
    market.test.advance(TimeDelta::seconds(30));
    market.link(NORA, "1", "GOOGLE", TOKEN).await.done();
    market.test.owed().await;
    market.test.advance(-TimeDelta::seconds(30));
    market.apis.say(TOKEN, subscription("EXPIRED", end));
    market.tell(&pushed("1", TOKEN, 0)).await;
    market.test.advance(TimeDelta::seconds(31));
    assert_eq!(market.access(NORA).await, "LAPSED");
    let noon = "2026-03-18T12:00:00Z".parse().expect("a moment");
    let mut last = noon;
    for hours in [0, -1, 2, 1] {
        let now = noon + TimeDelta::hours(hours);
        let asked = date_of_asking(&*market.test.pool, now)
            .await
            .expect("a date");
        assert!(asked > last && asked >= now, "{asked} {last}");
        last = asked;
    }
}

/// A move to another plan has a new token, which the app may not have handed a name to.
#[tokio::test]
async fn what_replaces_a_members_purchase_is_the_members() {
    let market = Market::open().await;
    market
        .apis
        .say(TOKEN, subscription("ACTIVE", "2026-04-18T11:00:00Z"));
    market.link(NORA, "1", "GOOGLE", TOKEN).await.done();
    market.test.owed().await;
    let newer = "another-token-of-google-play";
    let mut stands = subscription("ACTIVE", "2027-03-18T11:00:00Z");
    stands["linkedPurchaseToken"] = json!(TOKEN);
    stands["lineItems"][0]["productId"] = json!("coach.yearly");
    market.apis.say(newer, stands);
    // Nobody else can have it.
    let refused = market.link(CHEN, "1", "GOOGLE", newer).await;
    assert_eq!(refused.refusal().0, "PURCHASE_INVALID");
    market
        .apis
        .say(TOKEN, subscription("EXPIRED", "2026-03-18T11:59:00Z"));
    assert_eq!(
        market.tell(&pushed("1", newer, 900)).await,
        ["partner.subscription"]
    );
    market.tell(&pushed("2", TOKEN, 1_000)).await;
    let stands = market.subscription(NORA).await;
    assert_eq!(stands["access"], "ACTIVE");
    assert_eq!(stands["expiresAt"], "2027-03-18T11:00:00Z");
}
