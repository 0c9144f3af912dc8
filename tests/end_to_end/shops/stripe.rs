//! Stripe's events have times in whole seconds, so the current state is looked up.

use coach_domain::webhook::EventState;
use coach_tests::shop_apis::stripe_subscription_of;
use serde_json::{Value, json};

use super::Market;
use crate::{
    harness::member::NORA,
    webhooks::senders::{Event, NOON, STRIPE, stripe_of},
    writes::{change, member_id},
};

const DAY: i64 = 86_400;

fn event(id: &str, kind: &str, object: &Value) -> Event {
    let body = json!({
        "id": id, "object": "event", "type": kind, "created": NOON - 10, "data": { "object": object },
    });
    stripe_of(STRIPE[0], NOON, &body.to_string())
}

fn updated(id: &str, object: &Value) -> Event {
    event(id, "customer.subscription.updated", object)
}

fn subscription(status: &str, days: i64) -> Value {
    stripe_subscription_of("sub_1", status, (NOON - DAY, NOON + days * DAY))
}

impl Market {
    /// Links the subscription `sub_1` to the member.
    async fn link_sub_1(&self, email: &str) {
        let member = member_id(&self.test, email).await;
        self.test
            .execute(&format!(
                "INSERT INTO subscription_link VALUES ('{member}', 'STRIPE', 'sub_1', now())"
            ))
            .await;
    }
}

#[tokio::test]
async fn of_two_events_of_one_second_the_present_state_counts() {
    for reversed in [false, true] {
        let market = Market::open().await;
        market.link_sub_1(NORA).await;
        let (long, short) = (subscription("active", 30), subscription("active", 7));
        market.apis.set_purchase("sub_1", short.clone());
        let mut events = [updated("evt_1", &long), updated("evt_2", &short)];
        if reversed {
            events.reverse();
        }
        for event in &events {
            market.deliver(event).await;
        }
        let current = market.subscription(NORA).await;
        assert_eq!(current["expiresAt"], "2026-03-25T12:00:00Z", "{reversed}");
        let mut cancelled = short;
        cancelled["cancel_at_period_end"] = json!(true);
        market.apis.set_purchase("sub_1", cancelled);
        market.deliver(&updated("evt_3", &long)).await;
        assert_eq!(market.subscription(NORA).await["willRenew"], false);
        // The payment succeeds after all.
        market.apis.set_purchase("sub_1", long.clone());
        market
            .deliver(&updated("evt_4", &subscription("past_due", 7)))
            .await;
        assert_eq!(market.access(NORA).await, "ACTIVE");
        assert_eq!(market.subscription(NORA).await["willRenew"], true);
    }
}

#[tokio::test]
async fn without_a_key_the_one_counts_that_takes_something_away() {
    let mut cancelled = subscription("active", 30);
    cancelled["cancel_at_period_end"] = json!(true);
    let late = subscription("past_due", 30);
    let ended = subscription("unpaid", 30);
    for reversed in [false, true] {
        let market = Market::without(&["COACH_STRIPE_API_KEY"]).await;
        market.link_sub_1(NORA).await;
        let mut expected = vec![
            (subscription("active", 30), "ACTIVE", true),
            (cancelled.clone(), "ACTIVE", false),
            (late.clone(), "GRACE", true),
            (ended.clone(), "LAPSED", false),
        ];
        if reversed {
            for (_, access, renews) in &mut expected {
                (*access, *renews) = ("LAPSED", false);
            }
            expected.reverse();
        }
        for (number, (object, access, renews)) in expected.iter().enumerate() {
            market
                .deliver(&updated(&format!("evt_{number}"), object))
                .await;
            let current = market.subscription(NORA).await;
            assert_eq!(current["access"], *access, "{reversed} {number}");
            assert_eq!(current["willRenew"], *renews, "{reversed} {number}");
        }
    }
}

#[tokio::test]
async fn it_renews_until_the_date_that_it_is_to_end_on() {
    let market = Market::open().await;
    market.link_sub_1(NORA).await;
    let mut bought = subscription("active", 6);
    for (days, renews, end) in [
        (365, true, "2026-03-24T12:00:00Z"),
        (6, false, "2026-03-24T12:00:00Z"),
        (3, false, "2026-03-21T12:00:00Z"),
    ] {
        bought["cancel_at"] = json!(NOON + days * DAY);
        market.apis.set_purchase("sub_1", bought.clone());
        market
            .deliver(&updated(&format!("evt_{days}"), &bought))
            .await;
        let current = market.subscription(NORA).await;
        assert_eq!(current["willRenew"], renews, "{days}");
        assert_eq!(current["expiresAt"], end, "{days}");
    }
}

#[tokio::test]
async fn a_trial_that_is_given_up_at_once_is_over() {
    for names in [&[][..], &["COACH_STRIPE_API_KEY"][..]] {
        let market = Market::without(names).await;
        market.link_sub_1(NORA).await;
        let mut trial = subscription("trialing", 7);
        trial["trial_end"] = json!(NOON + 7 * DAY);
        market.apis.set_purchase("sub_1", trial.clone());
        market
            .deliver(&event("evt_1", "customer.subscription.created", &trial))
            .await;
        assert_eq!(market.access(NORA).await, "TRIAL");
        trial["status"] = json!("canceled");
        trial["ended_at"] = json!(NOON - 20);
        market.apis.set_purchase("sub_1", trial.clone());
        let deleted = event("evt_2", "customer.subscription.deleted", &trial);
        assert_eq!(market.deliver(&deleted).await, ["partner.subscription"]);
        assert_eq!(
            market.subscription(NORA).await,
            json!({ "access": "LAPSED", "expiresAt": "2026-03-18T11:59:40Z",
                    "trialEndsAt": "2026-03-18T11:59:40Z", "willRenew": false })
        );
        let input = json!({ "idempotencyKey": "1" });
        let refused = change(&market.test, NORA, "StartPlan", input).await;
        assert_eq!(refused.user_error().0, "SUBSCRIPTION_REQUIRED");
    }
}

#[tokio::test]
async fn events_of_the_second_generation_are_ignored() {
    let market = Market::open().await;
    let thin = json!({
        "id": "evt_test_65R9Ijk8dKEYZcXeRWn16R9A7j1FSQ3w3TGDPLLGSM4CW0", "object": "v2.core.event",
        "type": "v1.billing.meter.error_report_triggered", "created": "2026-03-18T11:59:59.000Z", "livemode": true,
        "related_object": { "id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1" },
    });
    market
        .deliver(&stripe_of(STRIPE[0], NOON, &thin.to_string()))
        .await;
    let (state, why) = market.latest_event().await;
    assert_eq!(state, EventState::Ignored);
    assert!(why.contains("v1.billing.meter"), "{why}");
}
