//! Notifications of the App Store are about one transaction each; access follows from all transactions.

use serde_json::json;

use super::{Market, last_month, refunded, signed, this_month};
use crate::harness::member::NORA;

#[tokio::test]
async fn the_refund_of_an_earlier_period_ends_nothing() {
    let market = Market::open().await;
    market.link_signed(NORA, "1", &last_month()).await;
    let renewal = market.apple(1, "DID_RENEW", &this_month(), Some(true));
    assert_eq!(market.deliver(&renewal).await, ["partner.subscription"]);
    let current = market.subscription(NORA).await;
    assert_eq!(
        current,
        json!({ "access": "ACTIVE", "expiresAt": "2026-04-18T11:00:00Z", "trialEndsAt": null, "willRenew": true })
    );
    let nothing = [""; 0];
    let earlier = refunded(last_month(), 1_000);
    let refund = market.apple(2, "REFUND", &earlier, Some(true));
    assert_eq!(market.deliver(&refund).await, nothing);
    assert_eq!(market.subscription(NORA).await, current);
    let reversed = signed(last_month(), 900, &json!({}));
    let reversal = market.apple(3, "REFUND_REVERSED", &reversed, Some(true));
    assert_eq!(market.deliver(&reversal).await, nothing);
    assert_eq!(market.subscription(NORA).await, current);
    // The app links what it has on the device: the transaction of the previous period.
    for bought in [&last_month(), &earlier] {
        let key = bought["signedDate"].to_string();
        assert_eq!(
            market.link_signed(NORA, &key, bought).await["access"],
            "ACTIVE"
        );
    }
    assert_eq!(market.subscription(NORA).await, current);
}

#[tokio::test]
async fn the_refund_of_the_present_period_ends_it_whatever_is_linked_again() {
    let market = Market::open().await;
    market.link_signed(NORA, "1", &this_month()).await;
    let refund = market.apple(1, "REFUND", &refunded(this_month(), 60), Some(true));
    assert_eq!(market.deliver(&refund).await, ["partner.subscription"]);
    assert_eq!(market.access(NORA).await, "LAPSED");
    for (key, bought) in [("2", this_month()), ("3", last_month())] {
        assert_eq!(
            market.link_signed(NORA, key, &bought).await["access"],
            "LAPSED"
        );
    }
    // The refund is reversed.
    let again = signed(this_month(), 30, &json!({}));
    let reversal = market.apple(2, "REFUND_REVERSED", &again, Some(true));
    market.deliver(&reversal).await;
    assert_eq!(market.access(NORA).await, "ACTIVE");
}

#[tokio::test]
async fn what_nobody_has_linked_counts_in_any_order() {
    let market = Market::open().await;
    let refund = market.apple(1, "REFUND", &refunded(last_month(), 60), Some(false));
    let renewal = market.apple(2, "DID_RENEW", &this_month(), Some(true));
    for event in [&refund, &renewal, &refund] {
        assert_eq!(market.deliver(event).await, [""; 0]);
    }
    let linked = market.link_signed(NORA, "1", &last_month()).await;
    assert_eq!(
        linked,
        json!({ "access": "ACTIVE", "provider": "APPLE", "expiresAt": "2026-04-18T11:00:00Z",
                "trialEndsAt": null, "willRenew": false })
    );
}

#[tokio::test]
async fn an_upgrade_outlasts_the_refund_of_what_it_replaced() {
    let market = Market::open().await;
    market.link_signed(NORA, "1", &this_month()).await;
    let year = json!({
        "transactionId": "2000000200000003", "productId": "coach.yearly",
        "purchaseDate": 1_773_834_000_000_i64, "expiresDate": 1_805_367_600_000_i64,
    });
    let year = signed(this_month(), 1_200, &year);
    let upgrade = market.apple(1, "DID_CHANGE_RENEWAL_PREF", &year, Some(true));
    market.deliver(&upgrade).await;
    let replaced = refunded(this_month(), 1_100);
    let refund = market.apple(2, "REFUND", &replaced, Some(true));
    assert_eq!(market.deliver(&refund).await, [""; 0]);
    let current = market.subscription(NORA).await;
    assert_eq!(
        current,
        json!({ "access": "ACTIVE", "expiresAt": "2027-03-18T11:00:00Z", "trialEndsAt": null, "willRenew": true })
    );
    // Once the upgrade is refunded, the transaction that it replaced gives no access either.
    let refund = market.apple(3, "REFUND", &refunded(year, 60), Some(false));
    market.deliver(&refund).await;
    assert_eq!(market.access(NORA).await, "LAPSED");
}

#[tokio::test]
async fn a_trial_stays_known() {
    let market = Market::open().await;
    let trial = signed(
        last_month(),
        2_000_000,
        &json!({ "offerDiscountType": "FREE_TRIAL" }),
    );
    market.link_signed(NORA, "1", &trial).await;
    let begun = market.apple(1, "SUBSCRIBED", &trial, Some(true));
    market.deliver(&begun).await;
    let renewal = market.apple(2, "DID_RENEW", &this_month(), Some(true));
    market.deliver(&renewal).await;
    assert_eq!(
        market.subscription(NORA).await,
        json!({ "access": "ACTIVE", "expiresAt": "2026-04-18T11:00:00Z",
                "trialEndsAt": "2026-03-18T11:00:00Z", "willRenew": true })
    );
    // The first paid period is refunded.
    let refund = market.apple(3, "REFUND", &refunded(this_month(), 60), Some(false));
    market.deliver(&refund).await;
    assert_eq!(market.access(NORA).await, "LAPSED");
}

#[tokio::test]
async fn a_failed_payment_gives_grace_until_it_is_paid() {
    let market = Market::open().await;
    market.link_signed(NORA, "1", &last_month()).await;
    let failed = market.shop.sign(&json!({
        "originalTransactionId": super::ORIGINAL, "environment": "Production", "autoRenewStatus": 1,
        "gracePeriodExpiresDate": 1_774_440_000_000_i64, "signedDate": 1_773_832_000_000_i64,
    }));
    let payload = json!({
        "notificationType": "DID_FAIL_TO_RENEW", "subtype": "GRACE_PERIOD", "version": "2.0",
        "notificationUUID": "1", "signedDate": 1_773_832_000_000_i64,
        "data": {
            "bundleId": "com.example.coach", "environment": "Production", "status": 4,
            "signedTransactionInfo": market.shop.sign(&signed(last_month(), 3_200, &json!({}))),
            "signedRenewalInfo": failed,
        },
    });
    let body = json!({ "signedPayload": market.shop.sign(&payload) }).to_string();
    let event = crate::webhooks::senders::Event::new("app-store", &[], body);
    market.deliver(&event).await;
    assert_eq!(market.access(NORA).await, "GRACE");
    let paid = market.apple(
        2,
        "DID_RENEW",
        &signed(this_month(), 60, &json!({})),
        Some(true),
    );
    market.deliver(&paid).await;
    assert_eq!(market.access(NORA).await, "ACTIVE");
}

#[tokio::test]
async fn what_was_replaced_gives_nothing_by_itself() {
    let market = Market::open().await;
    let replaced = signed(this_month(), 60, &json!({ "isUpgraded": true }));
    assert_eq!(
        market.link_signed(NORA, "1", &replaced).await["access"],
        "LAPSED"
    );
}
