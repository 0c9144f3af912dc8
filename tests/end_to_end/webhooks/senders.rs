//! Webhooks of all sources, signed as their senders do.

use std::{path::Path, sync::Arc};

use coach_domain::standard_webhooks;
use coach_tests::shop_apis::{ShopApis, push, push_token, stripe_subscription_of};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    harness::TestApp,
    writes::shop::{BUNDLE, PRODUCTS, Shop, transaction},
};

pub(crate) const PATH: &str = "3f9f2b0c6d1e4a58-a-secret-path";
pub(crate) const STANDARD: [&str; 2] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
];
pub(crate) const STRIPE: [&str; 2] = [
    "whsec_of_the_old_endpoint_1234",
    "whsec_of_the_new_endpoint_1234",
];

/// The initial time of the tests' clock, in seconds since 1970.
pub(crate) const NOON: i64 = 1_773_835_200;

/// Fake APIs of the shops in which purchases are looked up.
pub(crate) async fn shop_apis() -> Arc<ShopApis> {
    ShopApis::start(Path::new(env!("CARGO_TARGET_TMPDIR"))).await
}

/// The settings of a gateway that accepts webhooks of all sources.
pub(crate) fn environment(shop: &Shop, apis: &ShopApis) -> Vec<(&'static str, String)> {
    let mut environment = apis.environment();
    environment.extend([
        ("COACH_WEBHOOK_BRIGHTCOVE_PATH", PATH.to_owned()),
        ("COACH_WEBHOOK_STANDARD_SECRETS", STANDARD.join(",")),
        ("COACH_WEBHOOK_STRIPE_SECRETS", STRIPE.join(", ")),
        ("COACH_APPLE_BUNDLE_ID", BUNDLE.to_owned()),
        ("COACH_APPLE_PRODUCTS", PRODUCTS.join(",")),
        ("COACH_APPLE_ROOT", hex::encode(shop.root)),
    ]);
    environment
}

/// A gateway that accepts webhooks of all sources.
pub(crate) async fn receiving(shop: &Shop, apis: &ShopApis) -> TestApp {
    TestApp::with_env(&environment(shop, apis)).await
}

/// A webhook request.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Event {
    pub(crate) fn new(
        path: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<String>,
    ) -> Self {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            path: format!("/webhooks/{path}"),
            headers: headers.collect(),
            body: body.into(),
        }
    }

    pub(crate) async fn send(&self, test: &TestApp) -> (u16, Value) {
        let json = |name: &str| name == "content-type";
        let mut request = test.client.post(format!("{}{}", test.base, self.path));
        if !self.headers.iter().any(|(name, _)| json(name)) {
            request = request.header("content-type", "application/json; charset=utf-8");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request
            .body(self.body.clone())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }
}

pub(crate) fn brightcove() -> Event {
    let body = json!({ "job_id": "job-1", "event": "state_changed", "state": "processing" });
    Event::new(&format!("brightcove/{PATH}"), &[], body.to_string())
}

pub(crate) fn standard_at(secret: &str, id: &str, seconds: i64) -> Event {
    let body = json!({
        "type": "subscription.updated", "timestamp": "2026-03-18T11:59:00Z",
        "data": { "provider": "STRIPE", "externalId": "sub_1", "expiresAt": "2026-04-18T12:00:00Z", "willRenew": true },
    });
    standard_of(secret, id, seconds, &body.to_string())
}

/// With this body.
pub(crate) fn standard_of(secret: &str, id: &str, seconds: i64, body: &str) -> Event {
    let secret = secret.parse().expect("a secret");
    let signature = standard_webhooks::sign(&[secret], id, seconds, body.as_bytes());
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", &seconds.to_string()),
        ("webhook-signature", &signature),
    ];
    Event::new("standard", &headers, body)
}

pub(crate) fn stripe_at(secret: &str, id: &str, seconds: i64) -> Event {
    let body = json!({
        "id": id, "object": "event", "type": "customer.subscription.updated", "created": NOON,
        "data": { "object": stripe_subscription_of("sub_1", "active", (NOON, NOON + 86_400)) },
    });
    stripe_of(secret, seconds, &body.to_string())
}

/// With this body.
pub(crate) fn stripe_of(secret: &str, seconds: i64, body: &str) -> Event {
    let hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    let signed = hmac.chain_update(format!("{seconds}.{body}")).finalize();
    let signature = hex::encode(signed.into_bytes());
    let header = format!(
        "t={seconds},v1={},v1={signature},v0=ignored",
        "00".repeat(32)
    );
    Event::new("stripe", &[("stripe-signature", &header)], body)
}

pub(crate) fn milliseconds(seconds: i64) -> i64 {
    seconds * 1_000
}

/// A notification signed by `outer`, with a transaction and renewal info signed by `inner`.
pub(crate) fn app_store_of(
    outer: &Shop,
    inner: &Shop,
    id: &str,
    change: impl Fn(&mut Value),
) -> Event {
    let mut bought = transaction("2000000123456789");
    bought["signedDate"] = json!(milliseconds(NOON) - 1_000);
    let renewal = json!({
        "originalTransactionId": "2000000123456789", "autoRenewStatus": 1, "environment": "Production",
        "signedDate": milliseconds(NOON) - 1_000,
    });
    let mut payload = json!({
        "notificationType": "DID_RENEW", "notificationUUID": id, "version": "2.0",
        "signedDate": milliseconds(NOON) - 500,
        "data": {
            "bundleId": BUNDLE, "environment": "Production",
            "signedTransactionInfo": inner.sign(&bought), "signedRenewalInfo": inner.sign(&renewal),
        },
    });
    change(&mut payload);
    let body = json!({ "signedPayload": outer.sign(&payload) });
    Event::new("app-store", &[], body.to_string())
}

pub(crate) fn app_store(shop: &Shop, id: &str) -> Event {
    app_store_of(shop, shop, id, |_| {})
}

/// A push request with this token.
pub(crate) fn google_play_by(token: &str, id: &str) -> Event {
    let notification = json!({ "version": "1.0", "notificationType": 4, "purchaseToken": "a-purchase-token-of-google-play" });
    let body = push(
        id,
        milliseconds(NOON) - 1_000,
        "subscriptionNotification",
        &notification,
    );
    google_play_of(token, &body.to_string())
}

/// With this body.
pub(crate) fn google_play_of(token: &str, body: &str) -> Event {
    let bearer = format!("Bearer {token}");
    Event::new("google-play", &[("authorization", &bearer)], body)
}

pub(crate) fn google_play(id: &str) -> Event {
    google_play_by(&push_token(NOON + 3_000, &json!({})), id)
}
