//! `linkPurchase` with transactions of the App Store.

use serde_json::json;

use super::{
    change, member_id,
    rows::{count, rows},
    shop::{start, transaction},
};
use crate::harness::{GraphqlResponse, TestApp, kinds, member};

pub(super) async fn link(
    test: &TestApp,
    email: &str,
    key: &str,
    purchase: &str,
) -> GraphqlResponse {
    let input = json!({ "idempotencyKey": key, "provider": "APPLE", "purchase": purchase });
    change(test, email, "LinkPurchase", input).await
}

#[tokio::test]
async fn a_purchase_gives_access_to_who_links_it() {
    let (shop, test) = start().await;
    let jws = shop.sign(&transaction("2000000123456789"));
    for key in ["1", "1", "2"] {
        let linked = link(&test, member::NORA, key, &jws).await;
        assert_eq!(
            linked.success()["subscription"],
            json!({ "access": "ACTIVE", "provider": "APPLE", "expiresAt": "2026-04-18T11:00:00Z",
                    "trialEndsAt": null, "willRenew": true })
        );
    }
    let record = json!({ "access": "ACTIVE", "provider": "APPLE", "expiresAt": "2026-04-18T11:00:00Z",
        "trialEndsAt": null, "willRenew": true });
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["partner.subscription"]);
    assert_eq!(enqueued[0].envelope.payload, record);
    let mine = "subscription_link WHERE external_id = '2000000123456789'";
    assert_eq!(count(&test, mine).await, 1);
    let other = link(&test, member::CHEN, "1", &jws).await;
    assert_eq!(
        other.user_error(),
        ("PURCHASE_INVALID", "input.purchase".to_owned())
    );
    assert_eq!(
        link(&test, member::UNREGISTERED, "1", &jws)
            .await
            .user_error()
            .0,
        "NOT_REGISTERED"
    );

    // An older transaction than the known one changes nothing; a newer one does.
    let mut older = transaction("2000000123456789");
    older["signedDate"] = json!(1_773_828_000_000_i64);
    older["expiresDate"] = json!(1_773_828_000_000_i64);
    let linked = link(&test, member::NORA, "3", &shop.sign(&older)).await;
    assert_eq!(linked.success()["subscription"]["access"], "ACTIVE");
    let mut refunded = transaction("2000000123456789");
    refunded["signedDate"] = json!(1_773_835_200_000_i64);
    refunded["revocationDate"] = json!(1_773_833_000_000_i64);
    let linked = link(&test, member::NORA, "4", &shop.sign(&refunded)).await;
    assert_eq!(linked.success()["subscription"]["access"], "LAPSED");
    assert_eq!(linked.payload()["subscription"]["willRenew"], false);
    assert_eq!(test.take_outbox_kinds().await, ["partner.subscription"]);
}

#[tokio::test]
async fn what_the_shop_reported_before_applies_at_once() {
    let (shop, test) = start().await;
    // The subscription was cancelled after the transaction was signed.
    test.execute("INSERT INTO subscription_waiting
         VALUES ('APPLE', '2000000123456789', NULL, '2026-04-18T11:00:00Z', NULL, FALSE, '2026-03-18T11:30:00Z',
                 '00001773833400000000')",
    )
    .await;
    let mut trial = transaction("2000000123456789");
    trial["offerDiscountType"] = json!("FREE_TRIAL");
    let linked = link(&test, member::NORA, "1", &shop.sign(&trial)).await;
    assert_eq!(
        linked.success()["subscription"],
        json!({ "access": "TRIAL", "provider": "APPLE", "expiresAt": "2026-04-18T11:00:00Z",
                "trialEndsAt": "2026-04-18T11:00:00Z", "willRenew": false })
    );
    assert_eq!(test.take_outbox_kinds().await, ["partner.subscription"]);
    // Without a report the transaction applies.
    trial["originalTransactionId"] = json!("2000000123456780");
    let linked = link(&test, member::CHEN, "1", &shop.sign(&trial)).await;
    linked.success();
    assert_eq!(test.take_outbox_kinds().await, ["partner.subscription"]);
    let chen = member_id(&test, member::CHEN).await;
    let stored = format!(
        "subscription WHERE member_id = '{chen}' AND external_id = '2000000123456780'
         AND trial_ends_at = expires_at AND trial_ends_at = '2026-04-18T11:00:00Z'"
    );
    assert_eq!(count(&test, &stored).await, 1);
}

#[tokio::test]
async fn the_token_that_the_app_handed_over_counts() {
    let (shop, test) = start().await;
    let token =
        |email: &str| format!("SELECT purchase_token FROM member WHERE subject = '{email}'");
    let theirs = rows(&test, &token(member::THEO)).await[0]["purchase_token"].clone();
    let mine = rows(&test, &token(member::NORA)).await[0]["purchase_token"].clone();
    let mut bought = transaction("2000000123456789");
    bought["appAccountToken"] = theirs;
    let refused = link(&test, member::NORA, "1", &shop.sign(&bought)).await;
    assert_eq!(refused.user_error().0, "PURCHASE_INVALID");
    bought["appAccountToken"] = mine;
    link(&test, member::NORA, "2", &shop.sign(&bought))
        .await
        .success();
    // A token of a deleted account is ignored.
    let mut again = transaction("2000000123456780");
    again["appAccountToken"] = json!("01890000-0000-7000-8000-000000000007");
    link(&test, member::NORA, "3", &shop.sign(&again))
        .await
        .success();
    let kinds = test.take_outbox_kinds().await;
    assert_eq!(
        kinds,
        ["partner.subscription"],
        "the later one says the same"
    );
}

#[tokio::test]
async fn a_shop_that_is_not_configured_says_so() {
    let (_, test) = start().await;
    for provider in ["GOOGLE", "STRIPE"] {
        let input = json!({ "idempotencyKey": "1", "provider": provider, "purchase": "x" });
        let refused = change(&test, member::NORA, "LinkPurchase", input).await;
        let expected = ("SHOP_NOT_CONFIGURED", "input.provider".to_owned());
        assert_eq!(refused.user_error(), expected);
    }
    let nowhere = TestApp::start().await;
    let input = json!({ "idempotencyKey": "1", "provider": "APPLE", "purchase": "x" });
    let refused = change(&nowhere, member::NORA, "LinkPurchase", input).await;
    let expected = ("SHOP_NOT_CONFIGURED", "input.provider".to_owned());
    assert_eq!(refused.user_error(), expected);
}
