//! Purchases: webhooks of shops, processed as a worker does, and members who link purchases.

mod apple;
mod erased_members;
mod google;
mod library;
mod lookups;
mod products;
mod stripe;
mod unprocessable;

use std::sync::Arc;

use coach_domain::{
    queue::QueueName,
    webhook::{self, EventState},
};
use coach_tests::shop_apis::ShopApis;
use coach_workers::{
    consumer::{Ack, Consumer as _, ReceivedMessage},
    webhook::Webhooks,
};
use serde_json::{Value, json};

use crate::{
    harness::{GraphqlResponse, TestApp},
    webhooks::senders::{Event, environment, shop_apis},
    writes::{
        change,
        shop::{Shop, transaction},
    },
};

/// A gateway with all shops.
struct Market {
    shop: Shop,
    apis: Arc<ShopApis>,
    test: TestApp,
}

impl Market {
    async fn open() -> Self {
        Self::without(&[]).await
    }

    /// Starts without these settings.
    async fn without(names: &[&str]) -> Self {
        let (shop, apis) = (Shop::new(), shop_apis().await);
        let mut environment = environment(&shop, &apis);
        environment.retain(|(name, _)| !names.contains(name));
        let test = TestApp::with_env(&environment).await;
        Self { shop, apis, test }
    }

    /// Posts an event, which must be accepted, and processes it. Returns the kinds of the messages that this enqueued.
    async fn deliver(&self, event: &Event) -> Vec<String> {
        let answer = event.send(&self.test).await;
        assert_eq!(answer, (200, json!({ "received": true })), "{event:?}");
        self.process_events().await
    }

    /// Processes all events, as a worker does, and returns the kinds of the messages that this enqueued.
    async fn process_events(&self) -> Vec<String> {
        let shops = &self.test.settings.shops;
        let consumer = Webhooks {
            pool: (*self.test.pool).clone(),
            clock: self.test.clock.clone(),
            apple: shops.apple(),
            google: shops.google().expect("a service account"),
            stripe: shops.stripe().expect("a client"),
            stripe_products: shops.stripe_products.clone(),
        }
        .consumer();
        for message in self.test.take_outbox().await {
            assert_eq!(message.queue, QueueName::Webhooks, "{message:?}");
            let envelope = message.envelope;
            let received = ReceivedMessage {
                envelope,
                receives: 1,
            };
            assert_eq!(consumer.consume(&received).await, Ack::Done);
        }
        self.test.take_outbox_kinds().await
    }

    /// The newest event's state, and why it has it.
    async fn latest_event(&self) -> (EventState, String) {
        let found = webhook::latest(&*self.test.pool, None, None, 1).await;
        let newest = found.expect("read").pop().expect("an event");
        (newest.state, newest.detail.unwrap_or_default())
    }

    async fn link(
        &self,
        email: &str,
        key: &str,
        provider: &str,
        purchase: &str,
    ) -> GraphqlResponse {
        let input = json!({ "idempotencyKey": key, "provider": provider, "purchase": purchase });
        change(&self.test, email, "LinkPurchase", input).await
    }

    /// Links a transaction of Apple's, which must succeed, and returns the subscription.
    async fn link_signed(&self, email: &str, key: &str, bought: &Value) -> Value {
        let linked = self
            .link(email, key, "APPLE", &self.shop.sign(bought))
            .await;
        let subscription = linked.success()["subscription"].clone();
        self.test.take_outbox().await;
        subscription
    }

    /// The member's current subscription.
    async fn subscription(&self, email: &str) -> Value {
        let query = "{ me { subscription { access expiresAt trialEndsAt willRenew } } }";
        let answer = self.test.graphql(email, query, json!({})).await;
        answer.data()["me"]["subscription"].clone()
    }

    async fn access(&self, email: &str) -> String {
        let subscription = self.subscription(email).await;
        subscription["access"].as_str().unwrap_or("NONE").to_owned()
    }

    /// A notification of the App Store about a transaction, with this number as its id.
    fn apple(&self, number: u32, kind: &str, bought: &Value, renews: Option<bool>) -> Event {
        let at = bought["signedDate"].clone();
        let renewal = renews.map(|renews| {
            self.shop.sign(&json!({
                "originalTransactionId": bought["originalTransactionId"], "environment": "Production",
                "productId": bought["productId"], "autoRenewProductId": bought["productId"],
                "autoRenewStatus": u8::from(renews), "signedDate": at,
            }))
        });
        let payload = json!({
            "notificationType": kind, "notificationUUID": format!("{number:08}-0000-4000-8000-000000000000"),
            "version": "2.0", "signedDate": 1_773_835_199_500_i64,
            "data": {
                "bundleId": bought["bundleId"], "environment": bought["environment"], "status": 1,
                "appAppleId": APP,
                "signedTransactionInfo": self.shop.sign(bought), "signedRenewalInfo": renewal,
            },
        });
        let body = json!({ "signedPayload": self.shop.sign(&payload) });
        Event::new("app-store", &[], body.to_string())
    }
}

/// The app's id at Apple.
const APP: i64 = 1_234_567_890;

/// Apple's id of the subscription in these tests.
const ORIGINAL: &str = "2000000123456789";

/// The month that began an hour ago.
fn this_month() -> Value {
    let mut month = transaction(ORIGINAL);
    month["transactionId"] = json!("2000000200000002");
    month
}

/// The month before, signed when it was bought.
fn last_month() -> Value {
    let mut month = transaction(ORIGINAL);
    month["transactionId"] = json!(ORIGINAL);
    month["signedDate"] = json!(1_771_412_400_000_i64);
    month["purchaseDate"] = json!(1_771_412_400_000_i64);
    month["expiresDate"] = json!(1_773_831_600_000_i64);
    month
}

/// The transaction with these fields, signed so many seconds before noon.
fn signed(mut transaction: Value, seconds_ago: i64, fields: &Value) -> Value {
    transaction["signedDate"] = json!(1_773_835_200_000_i64 - seconds_ago * 1_000);
    for (name, value) in fields.as_object().expect("fields") {
        transaction[name] = value.clone();
    }
    transaction
}

/// The transaction, refunded so many seconds before noon.
fn refunded(transaction: Value, seconds_ago: i64) -> Value {
    let at = 1_773_835_200_000_i64 - seconds_ago * 1_000;
    signed(
        transaction,
        seconds_ago,
        &json!({ "revocationDate": at, "revocationReason": 0 }),
    )
}
