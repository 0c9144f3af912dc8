//! What becomes of purchases: what shops say of them over HTTP, worked on as a worker does it, and what members link.

mod apple;
mod asking;
mod google;
mod leaving;
mod library;
mod products;
mod stripe;
mod understood;

use std::sync::Arc;

use coach_domain::{
    queue::QueueName,
    webhook::{self, EventState},
};
use coach_tests::shop_apis::ShopApis;
use coach_workers::{
    consumer::{Consumer as _, Delivery, Verdict},
    webhook::Webhooks,
};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, TestApp},
    webhooks::senders::{Event, environment, shop_apis},
    writes::{
        change,
        shop::{Shop, transaction},
    },
};

/// A gateway that sells through all shops.
struct Market {
    shop: Shop,
    apis: Arc<ShopApis>,
    test: TestApp,
}

impl Market {
    async fn open() -> Self {
        Self::without(&[]).await
    }

    /// Without some of the settings.
    async fn without(names: &[&str]) -> Self {
        let (shop, apis) = (Shop::new(), shop_apis().await);
        let mut set = environment(&shop, &apis);
        set.retain(|(name, _)| !names.contains(name));
        let test = TestApp::set(&set).await;
        Self { shop, apis, test }
    }

    /// Posts an event, which is taken, and has it worked on. What is owed then but the work itself is returned by its
    /// names.
    async fn tell(&self, event: &Event) -> Vec<String> {
        let answer = event.send(&self.test).await;
        assert_eq!(answer, (200, json!({ "received": true })), "{event:?}");
        self.work().await
    }

    /// Works on all events, as a worker does.
    async fn work(&self) -> Vec<String> {
        let shops = &self.test.settings.shops;
        let consumer = Webhooks {
            pool: (*self.test.pool).clone(),
            clock: self.test.clock.clone(),
            apple: shops.apple(),
            google: shops.google().expect("a service account"),
            stripe: shops.stripe().expect("a client"),
            stripe_products: shops.stripe_products.clone(),
        };
        for owed in self.test.owed().await {
            assert_eq!(owed.queue, QueueName::Webhooks, "{owed:?}");
            let envelope = owed.envelope;
            let delivery = Delivery {
                envelope,
                receives: 1,
            };
            assert_eq!(consumer.consume(&delivery).await, Verdict::Done);
        }
        self.test.owed_kinds().await
    }

    /// The newest event: what became of it, and why.
    async fn settled(&self) -> (EventState, String) {
        let found = webhook::latest(&*self.test.pool, None, None, 1).await;
        let newest = found.expect("read").pop().expect("an event");
        (newest.state, newest.detail.unwrap_or_default())
    }

    async fn link(&self, email: &str, key: &str, provider: &str, purchase: &str) -> Answer {
        let input = json!({ "idempotencyKey": key, "provider": provider, "purchase": purchase });
        change(&self.test, email, "LinkPurchase", input).await
    }

    /// Links a transaction of Apple's, which works.
    async fn link_signed(&self, email: &str, key: &str, bought: &Value) -> Value {
        let linked = self
            .link(email, key, "APPLE", &self.shop.sign(bought))
            .await;
        let given = linked.done()["subscription"].clone();
        self.test.owed().await;
        given
    }

    /// What the member's subscription is now.
    async fn subscription(&self, email: &str) -> Value {
        let query = "{ me { subscription { access expiresAt trialEndsAt willRenew } } }";
        let answer = self.test.ask(email, query, json!({})).await;
        answer.data()["me"]["subscription"].clone()
    }

    async fn access(&self, email: &str) -> String {
        let given = self.subscription(email).await;
        given["access"].as_str().unwrap_or("NONE").to_owned()
    }

    /// A notification of the App Store's on a transaction, of this number.
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

/// The app's number at Apple, which says nothing that its bundle id does not.
const APP: i64 = 1_234_567_890;

/// The subscription that the tests are about, as Apple calls it.
const ORIGINAL: &str = "2000000123456789";

/// The month that began an hour ago.
fn this_month() -> Value {
    let mut month = transaction(ORIGINAL);
    month["transactionId"] = json!("2000000200000002");
    month
}

/// The one before, as it was signed when it was bought.
fn last_month() -> Value {
    let mut month = transaction(ORIGINAL);
    month["transactionId"] = json!(ORIGINAL);
    month["signedDate"] = json!(1_771_412_400_000_i64);
    month["purchaseDate"] = json!(1_771_412_400_000_i64);
    month["expiresDate"] = json!(1_773_831_600_000_i64);
    month
}

/// The transaction as it is signed so many seconds before noon, with these fields.
fn signed(mut transaction: Value, seconds_ago: i64, fields: &Value) -> Value {
    transaction["signedDate"] = json!(1_773_835_200_000_i64 - seconds_ago * 1_000);
    for (name, value) in fields.as_object().expect("fields") {
        transaction[name] = value.clone();
    }
    transaction
}

/// Taken back so many seconds before noon.
fn refunded(transaction: Value, seconds_ago: i64) -> Value {
    let at = 1_773_835_200_000_i64 - seconds_ago * 1_000;
    signed(
        transaction,
        seconds_ago,
        &json!({ "revocationDate": at, "revocationReason": 0 }),
    )
}
