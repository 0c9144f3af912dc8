//! When linking a purchase looks it up in a shop: only after our own checks, and within a rate limit.

use chrono::TimeDelta;
use coach_tests::shop_apis::{stripe_subscription_of, subscription};
use serde_json::{Value, json};

use super::Market;
use crate::{
    harness::{
        kinds,
        member::{CHEN, NORA, UNREGISTERED},
    },
    webhooks::senders::NOON,
    writes::change,
};

const TOKEN: &str = "a-token-of-google-play-that-there-is";
const CHECKOUT: &str = "cs_live_a1NoteYouKnowNothingOfThis";

impl Market {
    /// Starts with a purchase in Google Play and a checkout at Stripe.
    async fn with_purchases() -> Self {
        let market = Self::open().await;
        let purchase = subscription("ACTIVE", "2026-04-18T11:00:00Z");
        market.apis.set_purchase(TOKEN, purchase);
        let bought = stripe_subscription_of("sub_1", "active", (NOON, NOON + 86_400));
        market
            .apis
            .set_purchase(CHECKOUT, json!({ "id": CHECKOUT, "subscription": bought }));
        market
    }
}

#[tokio::test]
async fn who_may_not_link_has_nobody_asked() {
    let market = Market::with_purchases().await;
    for purchase in [CHECKOUT, "cs_live_that_there_is_not"] {
        let refused = market.link(UNREGISTERED, "1", "STRIPE", purchase).await;
        assert_eq!(refused.user_error().0, "NOT_REGISTERED");
    }
    let input = json!({ "idempotencyKey": "bye" });
    change(&market.test, CHEN, "DeleteAccount", input.clone())
        .await
        .success();
    let refused = market.link(CHEN, "1", "STRIPE", CHECKOUT).await;
    assert_eq!(refused.user_error().0, "DELETION_REQUESTED");
    // The key was used for another mutation.
    let leaving = market.link(CHEN, "bye", "STRIPE", CHECKOUT).await;
    assert_eq!(leaving.user_error().0, "IDEMPOTENCY_KEY_REUSED");
    let invalid = market.link(NORA, "a\u{7}b", "STRIPE", CHECKOUT).await;
    assert_eq!(invalid.codes(), ["BAD_USER_INPUT"]);
    assert_eq!(market.apis.lookups(), 0);
    market.test.take_outbox().await;
}

#[tokio::test]
async fn what_is_done_is_not_asked_about_again() {
    let market = Market::with_purchases().await;
    market.link(NORA, "1", "STRIPE", CHECKOUT).await.success();
    assert_eq!(market.apis.lookups(), 1);
    market
        .apis
        .fail_with(Some(axum::http::StatusCode::SERVICE_UNAVAILABLE));
    for _ in 0..20 {
        market.link(NORA, "1", "STRIPE", CHECKOUT).await.success();
    }
    assert_eq!(market.apis.lookups(), 1);
    assert_eq!(
        kinds(&market.test.take_outbox().await),
        ["partner.subscription"]
    );
}

#[tokio::test]
async fn everything_that_is_not_theirs_is_answered_alike() {
    let market = Market::with_purchases().await;
    market.link(CHEN, "1", "STRIPE", CHECKOUT).await.success();
    market.test.take_outbox().await;
    let newsletter = "cs_live_newsletter";
    let mut bought = stripe_subscription_of("sub_2", "active", (NOON, NOON + 86_400));
    bought["items"]["data"][0]["price"] =
        json!({ "id": "price_1", "product": "prod_newsletter", "unit_amount": 1 });
    market.apis.set_purchase(
        newsletter,
        json!({ "id": newsletter, "subscription": bought }),
    );
    let unpaid = "cs_live_unpaid";
    let bought = stripe_subscription_of("sub_3", "incomplete", (NOON, NOON + 86_400));
    market
        .apis
        .set_purchase(unpaid, json!({ "id": unpaid, "subscription": bought }));
    let mut answers: Vec<Value> = Vec::new();
    for purchase in [
        CHECKOUT,
        newsletter,
        unpaid,
        "cs_live_that_there_is_not",
        "sub_1",
    ] {
        let refused = market.link(NORA, purchase, "STRIPE", purchase).await;
        assert_eq!(refused.user_error().0, "PURCHASE_INVALID", "{purchase}");
        answers.push(refused.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(market.access(NORA).await, "NONE");
}

#[tokio::test]
async fn a_member_has_a_budget() {
    let market = Market::with_purchases().await;
    for number in 0..12 {
        let purchase = format!("cs_live_guess_{number}");
        let refused = market.link(NORA, &purchase, "STRIPE", &purchase).await;
        let expected = if number < 10 {
            "PURCHASE_INVALID"
        } else {
            "TOO_MANY_ATTEMPTS"
        };
        assert_eq!(refused.user_error().0, expected, "{number}");
    }
    assert_eq!(market.apis.lookups(), 10);
    // Other members have their own limit, and after an hour there is a new one.
    market.link(CHEN, "1", "GOOGLE", TOKEN).await.success();
    market
        .test
        .advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    let refused = market.link(NORA, "1", "STRIPE", CHECKOUT).await;
    assert_eq!(refused.user_error().0, "TOO_MANY_ATTEMPTS");
    market.test.advance(TimeDelta::seconds(1));
    market.link(NORA, "1", "STRIPE", CHECKOUT).await.success();
    assert_eq!(market.apis.lookups(), 12);
    market.test.take_outbox().await;
}

/// A request of this form once caused three hundred calls.
#[tokio::test]
async fn one_request_cannot_ask_hundreds_of_times() {
    let market = Market::with_purchases().await;
    let operation = |aliases: usize, of: usize| {
        let fields: Vec<_> = (0..aliases)
            .map(|alias| {
                let key = format!("{of}-{alias}");
                format!(
                    "a{alias}: linkPurchase(input: {{ idempotencyKey: \"{key}\", provider: STRIPE, \
                     purchase: \"cs_live_{alias}\" }}) {{ userErrors {{ code }} }}"
                )
            })
            .collect();
        json!({ "query": format!("mutation {{ {} }}", fields.join(" ")) })
    };
    let expensive = market.test.post(NORA, operation(30, 0).to_string()).await;
    assert_eq!(expensive.codes(), ["COST_LIMIT_EXCEEDED"]);
    assert_eq!(market.apis.lookups(), 0);
    let batch: Vec<_> = (0..10).map(|of| operation(4, of)).collect();
    let answers = market.test.post(NORA, json!(batch).to_string()).await.body;
    let text = answers.to_string();
    assert_eq!(text.matches("PURCHASE_INVALID").count(), 10, "{text}");
    assert_eq!(text.matches("TOO_MANY_ATTEMPTS").count(), 30, "{text}");
    assert_eq!(market.apis.lookups(), 10);
}
