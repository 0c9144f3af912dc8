//! Processing of webhooks: any order and repetition has the same result, and no event of a burst is lost.

use std::{path::Path, sync::Arc};

use axum::http::StatusCode;
use chrono::{DateTime, SubsecRound as _};
use coach_domain::{
    database::Session,
    outbox::{self, OutboxBatch},
    purchase::{Report, ReportOutcome},
    queue::QueueName,
    standard_webhooks::sign,
    subscription::{Entitlement, Stage, SubscriptionProvider},
    webhook::{self, EventState, IncomingEvent, Source},
};
use coach_tests::{
    Random,
    app_store::{BUNDLE, PRODUCTS, Shop, products, transaction},
    shop_apis::{PACKAGE, STRIPE_PRODUCT, ShopApis, push, stripe_subscription_of, subscription},
};
use coach_workers::{
    consumer::ConsumerOptions,
    shop::{Apple, GooglePlay, GooglePlaySettings},
    webhook::Webhooks,
};
use futures_util::{StreamExt as _, stream};
use sea_orm::{FromQueryResult, TransactionSession as _, TransactionTrait as _};
use serde_json::{Value, json};
use tracing::Span;
use uuid::Uuid;

use crate::{
    fixture::{BackgroundTask, Fixture, until},
    gateway::Gateway,
};

const PURCHASES: usize = 24;
const NOTIFICATIONS: usize = 1_000;

/// The first second of 2026-03-18.
const MORNING: i64 = 1_773_792_000;

/// The shops that send notifications.
struct Shops {
    apple: Shop,
    google: Arc<ShopApis>,
}

impl Shops {
    async fn open() -> Self {
        Self {
            apple: Shop::new(),
            google: ShopApis::start(Path::new(env!("CARGO_TARGET_TMPDIR"))).await,
        }
    }

    fn webhooks(&self, fixture: &Fixture) -> Webhooks {
        let google = GooglePlay::new(&GooglePlaySettings {
            url: self.google.base().parse().expect("an address"),
            package: PACKAGE.to_owned(),
            products: products(),
            service_account: self.google.service_account().to_owned(),
        });
        Webhooks {
            pool: fixture.pool.clone(),
            clock: fixture.clock.clone(),
            apple: Some(Apple::new(BUNDLE, products(), false, self.apple.root)),
            google: Some(Arc::new(google.expect("a service account"))),
            stripe: None,
            stripe_products: [STRIPE_PRODUCT].into_iter().collect(),
        }
    }

    fn start_workers(&self, fixture: &Fixture) -> (BackgroundTask, BackgroundTask) {
        let relay = fixture.relay(QueueName::Webhooks);
        let consumer = self.webhooks(fixture).consumer();
        (relay, fixture.consume(consumer, ConsumerOptions::default()))
    }
}

async fn store_event(fixture: &Fixture, source: Source, id: &str, body: &Value) -> bool {
    let kind = body["type"].as_str().unwrap_or("a notification");
    let body = body.to_string();
    let incoming = IncomingEvent {
        source,
        event_id: id,
        kind,
        headers: json!({}),
        body: body.as_bytes(),
    };
    // Soon after the events, when the certificates of the App Store are valid.
    let at = DateTime::from_timestamp(MORNING + 3_600, 0).expect("a time");
    let is_new = webhook::insert(&fixture.pool, &incoming, &Span::none(), at).await;
    is_new.expect("stored")
}

#[derive(Debug, FromQueryResult)]
struct Token {
    token: Uuid,
}

/// The purchase tokens of demo members without purchases.
async fn tokens(fixture: &Fixture) -> Vec<Uuid> {
    let sql = "SELECT purchase_token AS token FROM member ORDER BY id LIMIT 4";
    let rows: Vec<Token> = fixture.rows(sql).await;
    rows.into_iter().map(|row| row.token).collect()
}

/// Notifications of shops and a billing service about purchases. Every fourth purchase has a member's token.
fn notifications(
    random: &mut Random,
    tokens: &[Uuid],
    shops: &Shops,
) -> Vec<(Source, String, Value)> {
    let mut all = Vec::new();
    for number in 0..NOTIFICATIONS * 2 / 3 {
        let purchase = random.below(PURCHASES);
        // Many are in the same second.
        let at = MORNING + i64::try_from(random.below(40)).expect("small");
        let ends = at + i64::try_from(random.below(60) * 86_400).expect("small");
        let token = (purchase.is_multiple_of(4)).then(|| tokens[purchase / 4 % tokens.len()]);
        let id = format!("event-{number}");
        all.push(if number.is_multiple_of(5) {
            let body = app_store(random, &shops.apple, &id, purchase, (at, ends), token);
            (Source::AppStore, id, body)
        } else if number.is_multiple_of(7) {
            let types = [1, 2, 3, 4, 13];
            let notification = json!({
                "notificationType": types[random.below(types.len())],
                "purchaseToken": google_purchase(purchase),
            });
            let body = push(&id, at * 1_000, "subscriptionNotification", &notification);
            (Source::GooglePlay, id, body)
        } else if purchase.is_multiple_of(2) {
            let time = |seconds| chrono::DateTime::from_timestamp(seconds, 0).expect("a time");
            let kinds = ["created", "updated", "updated", "ended", "renamed"];
            let body = json!({
                "type": format!("subscription.{}", kinds[random.below(kinds.len())]),
                "timestamp": time(at),
                "data": {
                    "provider": if purchase.is_multiple_of(3) { "APPLE" } else { "GOOGLE" },
                    "externalId": format!("purchase-{purchase}"), "purchaseToken": token,
                    "expiresAt": time(ends), "willRenew": random.one_in(2),
                },
            });
            (Source::Standard, id, body)
        } else {
            let statuses = ["active", "past_due", "canceled", "trialing", "incomplete"];
            let status = statuses[random.below(statuses.len())];
            let kind = if status == "canceled" {
                "deleted"
            } else {
                "updated"
            };
            let mut object = stripe_subscription_of(&format!("sub_{purchase}"), status, (at, ends));
            object["trial_end"] = json!(ends);
            object["cancel_at_period_end"] = json!(random.one_in(2));
            let body = json!({
                "id": id, "type": format!("customer.subscription.{kind}"), "created": at,
                "data": { "object": object },
            });
            (Source::Stripe, id, body)
        });
    }
    // Members of purchases at Stripe are known from the checkout.
    for (number, token) in tokens.iter().enumerate() {
        let body = json!({
            "id": format!("checkout-{number}"), "type": "checkout.session.completed", "created": MORNING,
            "data": { "object": {
                "subscription": format!("sub_{}", number * 6 + 1), "client_reference_id": token,
            } },
        });
        all.push((Source::Stripe, format!("checkout-{number}"), body));
    }
    let different = all.len();
    while all.len() < NOTIFICATIONS {
        all.push(all[random.below(different)].clone());
    }
    all
}

fn google_purchase(number: usize) -> String {
    format!("purchase-of-google-play-{number}")
}

/// A notification of the App Store about a purchase, signed at `at`, which ends at `ends`.
fn app_store(
    random: &mut Random,
    shop: &Shop,
    id: &str,
    purchase: usize,
    (at, ends): (i64, i64),
    token: Option<Uuid>,
) -> Value {
    let original_id = format!("apple-{purchase}");
    let mut bought = transaction(&original_id);
    // One of its periods, of either product; some are trials, and some refunded.
    bought["transactionId"] = json!(format!("{original_id}-{}", random.below(4)));
    bought["productId"] = json!(PRODUCTS[random.below(2)]);
    bought["purchaseDate"] = json!((ends - 30 * 86_400) * 1_000);
    if random.one_in(4) {
        bought["offerDiscountType"] = json!("FREE_TRIAL");
    }
    if random.one_in(4) {
        bought["revocationDate"] = json!((ends - 86_400) * 1_000);
    }
    bought["signedDate"] = json!(at * 1_000);
    bought["expiresDate"] = json!(ends * 1_000);
    bought["appAccountToken"] = json!(token);
    let renewal = json!({
        "originalTransactionId": original_id, "autoRenewStatus": random.below(2), "environment": "Production",
        "signedDate": at * 1_000,
    });
    let kinds = [
        "SUBSCRIBED",
        "DID_RENEW",
        "DID_CHANGE_RENEWAL_STATUS",
        "REFUND",
        "REFUND_REVERSED",
        "EXPIRED",
        "CONSUMPTION_REQUEST",
    ];
    let notification = json!({
        "notificationType": kinds[random.below(kinds.len())], "notificationUUID": id, "version": "2.0",
        "signedDate": at * 1_000,
        "data": {
            "bundleId": BUNDLE, "environment": "Production",
            "signedTransactionInfo": shop.sign(&bought), "signedRenewalInfo": shop.sign(&renewal),
        },
    });
    json!({ "signedPayload": shop.sign(&notification) })
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Row {
    row: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_a_thousand_notifications_ends_in_the_same_rows() {
    let mut ends = Vec::new();
    let shops = Shops::open().await;
    let states = [
        "ACTIVE",
        "CANCELED",
        "IN_GRACE_PERIOD",
        "ON_HOLD",
        "EXPIRED",
    ];
    for purchase in (0..PURCHASES).filter(|purchase| purchase % 6 != 5) {
        let state = states[purchase % states.len()];
        // Expired by any clock, since a purchase on hold ends at the time of the lookup.
        let purchase_state = subscription(state, "2024-04-18T12:00:00Z");
        shops
            .google
            .set_purchase(&google_purchase(purchase), purchase_state);
    }
    for permutation in 0..4 {
        let fixture = Fixture::seeded().await;
        let tokens = tokens(&fixture).await;
        assert_eq!(tokens.len(), 4);
        // Tokens differ between databases, but belong to the same members.
        let mut events = notifications(&mut Random::new(2_026, 1), &tokens, &shops);
        Random::new(9, permutation).shuffle(&mut events);
        let (relay, worker) = shops.start_workers(&fixture);
        let stored = stream::iter(&events)
            .map(async |(source, id, body)| store_event(&fixture, *source, id, body).await)
            .buffer_unordered(if permutation == 0 { 1 } else { 8 })
            .filter(|new| std::future::ready(*new))
            .count()
            .await;
        assert_eq!(stored, NOTIFICATIONS * 2 / 3 + 4);
        until("all are worked on", async || {
            let remaining =
                webhook::latest(&fixture.pool, None, Some(EventState::Received), 1).await;
            remaining.expect("read").is_empty()
        })
        .await;
        worker.stop().await;
        relay.stop().await;
        let rows: Vec<Row> = fixture
            .rows(
                // Results of lookups at Google have the time of the lookup.
                "SELECT (to_jsonb(s) - 'id' - 'member_id'
                         - CASE WHEN s.external_id LIKE '%of-google%' THEN ARRAY['said', 'updated_at'] ELSE '{}' END
                        )::text || m.email AS row
                 FROM subscription s JOIN member m ON m.id = s.member_id WHERE s.external_id IS NOT NULL AND said <> ''
                 UNION ALL
                 SELECT (to_jsonb(r)
                         - CASE WHEN r.external_id LIKE '%of-google%' THEN ARRAY['said', 'said_at'] ELSE '{}' END)::text
                 FROM subscription_report r
                 UNION ALL
                 SELECT l.provider || l.external_id || m.email
                 FROM subscription_link l JOIN member m ON m.id = l.member_id
                 UNION ALL
                 SELECT event_id || ' ' || state || COALESCE(detail, '') FROM webhook_event
                 WHERE kind NOT LIKE 'checkout%'
                 ORDER BY 1",
            )
            .await;
        ends.push(rows);
    }
    let count = |what: &str| ends[0].iter().filter(|row| row.row.contains(what)).count();
    let [others, stripe, apple, google, unknown] = [
        "\"purchase-",
        "\"sub_",
        "\"apple-",
        "\"purchase-of-google-play",
        "IGNOREDthe purchase is not valid: the shop does not know it",
    ]
    .map(count);
    assert!(
        others - google > 8 && stripe > 8 && apple > 10 && google > 10 && unknown > 5,
        "{others} {stripe} {apple} {google} {unknown}"
    );
    assert!(count(" IGNORED`subscription.renamed` is of no concern here") > 10);
    for (permutation, end) in ends.iter().enumerate() {
        let differ = end.iter().zip(&ends[0]).find(|(one, other)| one != other);
        assert!(
            differ.is_none() && end.len() == ends[0].len(),
            "{permutation}: {differ:#?}"
        );
    }
}

async fn apply(fixture: &Fixture, report: &Report) -> (ReportOutcome, Vec<outbox::OutboxMessage>) {
    let session = Session::new(fixture.pool.clone(), Span::none());
    let transaction = session.begin().await.expect("a transaction");
    let mut outbox = OutboxBatch::new(None, fixture.clock.now());
    let applied = report
        .apply(&transaction, &mut outbox, fixture.clock.now())
        .await;
    transaction.commit().await.expect("committed");
    (applied.expect("applied"), outbox.into_messages())
}

#[tokio::test]
async fn what_nobody_has_linked_waits_and_partners_hear_of_what_changes() {
    let fixture = Fixture::seeded().await;
    let now = fixture.clock.now().trunc_subsecs(0);
    let token = tokens(&fixture).await[0];
    let report = |token: Option<Uuid>, days: i64, at: i64| {
        let entitlement = Entitlement {
            provider: Some(SubscriptionProvider::Google),
            expires_at: Some(now + chrono::TimeDelta::days(days)),
            will_renew: true,
            ..Entitlement::default()
        };
        let at = now + chrono::TimeDelta::seconds(at);
        let (provider, stage) = (SubscriptionProvider::Google, Stage::Changed);
        Report::for_subscription(provider, "a purchase", &entitlement, at, stage)
            .with_purchase_token(token)
    };
    let (applied, enqueued) = apply(&fixture, &report(None, 4_000, 2)).await;
    assert_eq!((applied, enqueued.len()), (ReportOutcome::AwaitingLink, 0));
    let (applied, _) = apply(&fixture, &report(Some(Uuid::from_u128(1)), 1, 1)).await;
    assert_eq!(applied, ReportOutcome::AwaitingLink);
    // The pending report is newer than the one that names the member.
    let (applied, enqueued) = apply(&fixture, &report(Some(token), 5_000, 1)).await;
    assert!(matches!(applied, ReportOutcome::Recorded(_)));
    assert_eq!(enqueued.len(), 1);
    let expires_at = enqueued[0].payload["expiresAt"].clone();
    assert_eq!(expires_at, json!(now + chrono::TimeDelta::days(4_000)));
    // A known or older report changes nothing.
    for again in [report(Some(token), 4_000, 2), report(None, 9_000, 1)] {
        let (applied, enqueued) = apply(&fixture, &again).await;
        assert!(matches!(applied, ReportOutcome::Recorded(_)));
        assert!(enqueued.is_empty(), "{enqueued:?}");
    }
    let of_unknown_member = Report {
        external_id: "another".to_owned(),
        purchase_token: Some(Uuid::from_u128(1)),
        statements: Vec::new(),
        ..report(None, 1, 1)
    };
    assert_eq!(
        apply(&fixture, &of_unknown_member).await.0,
        ReportOutcome::UnknownMember
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_marked_and_worked_on_again_when_asked() {
    let shops = Shops::open().await;
    let fixture = Fixture::seeded().await;
    let (relay, worker) = shops.start_workers(&fixture);
    let broken =
        json!({ "type": "subscription.updated", "timestamp": "2026-03-18T12:00:00Z", "data": {} });
    store_event(&fixture, Source::Standard, "broken", &broken).await;
    let event = async || {
        let found = webhook::latest(&fixture.pool, None, None, 1)
            .await
            .expect("read");
        found.into_iter().next().expect("an event")
    };
    until("it is settled", async || {
        event().await.state == EventState::Failed
    })
    .await;
    let found = event().await;
    assert!(
        found
            .detail
            .as_deref()
            .is_some_and(|it| it.contains("provider")),
        "{found:?}"
    );
    // The event is repaired.
    let good = json!({
        "type": "subscription.updated", "timestamp": "2026-03-18T12:00:00Z",
        "data": { "provider": "APPLE", "externalId": "1", "expiresAt": "2026-04-18T12:00:00Z", "willRenew": true },
    });
    fixture
        .execute(&format!(
            "UPDATE webhook_event SET body = convert_to('{good}', 'UTF8')"
        ))
        .await;
    let transaction = fixture.pool.begin().await.expect("a transaction");
    let mut outbox = OutboxBatch::new(None, fixture.clock.now());
    let replayed = webhook::replay(&transaction, &mut outbox, found.id)
        .await
        .expect("a statement");
    assert_eq!(replayed.expect("there").state, EventState::Received);
    let none = webhook::replay(&transaction, &mut outbox, Uuid::from_u128(1)).await;
    assert_eq!(none.expect("a statement"), None);
    transaction.commit().await.expect("committed");
    fixture.enqueue(outbox.messages()).await;
    until("it is done", async || {
        event().await.state == EventState::Done
    })
    .await;
    worker.stop().await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_away_is_asked_again() {
    let fixture = Fixture::seeded().await;
    let shops = Shops::open().await;
    let (purchase, end) = (google_purchase(1), "2026-04-18T12:00:00Z");
    let mut purchase_state = subscription("ACTIVE", end);
    let token = tokens(&fixture).await[0];
    purchase_state["externalAccountIdentifiers"] = json!({ "obfuscatedExternalAccountId": token });
    shops.google.set_purchase(&purchase, purchase_state);
    shops
        .google
        .fail_with(Some(StatusCode::SERVICE_UNAVAILABLE));
    let notification = json!({ "notificationType": 4, "purchaseToken": purchase });
    let body = push(
        "1",
        MORNING * 1_000,
        "subscriptionNotification",
        &notification,
    );
    store_event(&fixture, Source::GooglePlay, "1", &body).await;
    let (relay, worker) = shops.start_workers(&fixture);
    until("Google was asked", async || shops.google.lookups() > 0).await;
    let state = async || {
        let found = webhook::latest(&fixture.pool, None, None, 1).await;
        found.expect("read").pop().expect("an event").state
    };
    assert_eq!(state().await, EventState::Received);
    shops.google.fail_with(None);
    until("it is done", async || state().await == EventState::Done).await;
    worker.stop().await;
    relay.stop().await;
    let sql = format!(
        "SELECT expires_at::text AS row FROM subscription s JOIN member m ON m.id = s.member_id
         WHERE external_id = '{purchase}' AND m.purchase_token = '{token}' AND provider = 'GOOGLE'"
    );
    let rows: Vec<Row> = fixture.rows(&sql).await;
    assert_eq!(rows.len(), 1);
    assert!(rows[0].row.starts_with("2026-04-18 12:00:00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_ten_thousand_is_lost_nowhere() {
    const BURST: usize = 10_000;
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let shops = Shops::open().await;
    let fixture = Fixture::seeded().await;
    let gateway = Gateway::with_env(&fixture, &[("COACH_WEBHOOK_STANDARD_SECRETS", SECRET)]).await;
    let (relay, worker) = shops.start_workers(&fixture);
    let secret = [SECRET.parse().expect("a secret")];
    let client = reqwest::Client::new();
    let url = format!("{}/webhooks/standard", gateway.base);
    let accepted = stream::iter(0..BURST)
        .map(async |number| {
            let body = json!({
                "type": "subscription.updated", "timestamp": "2026-03-18T12:00:00Z",
                "data": {
                    "provider": "APPLE", "externalId": format!("{}", number % 500),
                    "expiresAt": "2026-04-18T12:00:00Z", "willRenew": number % 2 == 0,
                },
            })
            .to_string();
            let (id, seconds) = (format!("msg_{number}"), fixture.clock.now().timestamp());
            let signature = sign(&secret, &id, seconds, body.as_bytes());
            let request = client
                .post(&url)
                .header("content-type", "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", seconds)
                .header("webhook-signature", signature);
            request.body(body).send().await.expect("an answer").status() == 200
        })
        .buffer_unordered(64)
        .filter(|accepted| std::future::ready(*accepted))
        .count()
        .await;
    assert_eq!(accepted, BURST);
    let count = async |state: &str| {
        let sql = format!("SELECT count(*) AS count FROM webhook_event WHERE state = '{state}'");
        fixture.rows::<Count>(&sql).await[0].count
    };
    until("all are worked on", async || count("RECEIVED").await == 0).await;
    assert_eq!(count("DONE").await, 10_000);
    let waiting =
        "SELECT count(*) AS count FROM subscription_report WHERE subject = 'SUBSCRIPTION'";
    assert_eq!(fixture.rows::<Count>(waiting).await[0].count, 500);
    worker.stop().await;
    relay.stop().await;
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}
