//! Each partner gets each record, signed, and exactly once if responses are not lost.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::SecondsFormat;
use coach_domain::{
    clock::Clock as _,
    enums::ConsentPurpose,
    partner::{
        DeletionRecord, SubscriptionRecord,
        delivery::{self, DeliveryStatus},
    },
    subscription::{Access, SubscriptionProvider},
};
use coach_workers::{consumer::Ack, partner::PartnerSettings};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use crate::{
    fixture::{Fixture, SECRET, SEQUENCE, expect_retry, noon, partner},
    server::{Hold, ReceivedRequest, Reply, Server},
};

/// Verifies a signature as a partner would, by `docs/PARTNERS.md` and without our code.
fn verify(secret: &str, request: &ReceivedRequest) {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_"));
    let hmac = Hmac::<Sha256>::new_from_slice(&key.expect("Base64")).expect("a key of any length");
    let (id, time) = (
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    );
    let signed = hmac
        .chain_update(format!("{id}.{time}."))
        .chain_update(&request.body);
    let is_valid = request
        .header("webhook-signature")
        .split(' ')
        .any(|signature| {
            let signature = signature.strip_prefix("v1,").expect("a version");
            let signature = STANDARD.decode(signature).expect("Base64");
            signed.clone().verify_slice(&signature).is_ok()
        });
    assert!(is_valid, "{request:?}");
}

#[tokio::test]
async fn a_record_is_posted_and_signed() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture
        .set_consent(ConsentPurpose::PartnerSharing, true)
        .await;
    let envelope = fixture.envelope(&SubscriptionRecord {
        access: Access::Active,
        provider: Some(SubscriptionProvider::Stripe),
        expires_at: Some(noon()),
        trial_ends_at: None,
        will_renew: true,
    });
    // A signature has the time at which it was made, not the time of the record.
    fixture.clock.advance(90);
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);

    let [request] = &server.requests()[..] else {
        panic!("{:?}", server.requests());
    };
    assert_eq!(request.uri.path(), "/records");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), envelope.id.to_string());
    assert_eq!(request.header("idempotency-key"), envelope.id.to_string());
    let now = fixture.clock.now().timestamp().to_string();
    assert_eq!(request.header("webhook-timestamp"), now);
    assert!(request.header("user-agent").starts_with("coach/"));
    verify(SECRET, request);
    assert_eq!(
        request.json(),
        json!({
            "type": "subscription.updated",
            "timestamp": "2026-03-18T12:00:00Z",
            "sequence": SEQUENCE,
            "data": {
                "memberId": fixture.member.0,
                "access": "ACTIVE",
                "provider": "STRIPE",
                "expiresAt": "2026-03-18T12:00:00Z",
                "trialEndsAt": null,
                "willRenew": true,
            },
        })
    );
    let taken = ("acme".to_owned(), DeliveryStatus::Taken, Some(204));
    assert_eq!(fixture.deliveries(envelope.id).await, [taken]);
    assert_eq!(fixture.inbox_entries(envelope.id).await, ["partner:acme"]);
}

#[tokio::test]
async fn a_partner_can_change_its_secret() {
    const NEW: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let server = Server::start().await;
    let both = format!("{SECRET} {NEW}");
    let acme = PartnerSettings::new("acme", &server.url(), &both, true);
    let fixture = Fixture::new([acme.expect("a partner")]).await;
    let envelope = fixture.withdrawal();
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    for secret in [SECRET, NEW] {
        verify(secret, &server.requests()[0]);
    }
}

#[tokio::test]
async fn a_message_that_comes_twice_is_posted_once() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    let envelope = fixture.withdrawal();
    for _ in 0..2 {
        assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    }
    assert_eq!((acme.request_count(), emca.request_count()), (1, 1));
    let entered = ["partner:acme", "partner:emca"];
    assert_eq!(fixture.inbox_entries(envelope.id).await, entered);
    assert_eq!(fixture.deliveries(envelope.id).await.len(), 2);
}

/// Neither consumer knows of the other before it has a response, but the result is recorded once.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_two_work_on_counts_once() {
    let server = Server::start().await;
    let hold = Hold::new();
    server.always(Reply::new(200).held(&hold));
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let envelope = fixture.withdrawal();
    let both = async {
        server.wait_for_requests(2).await;
        hold.release();
    };
    let (one, other, ()) = tokio::join!(
        fixture.consume(&envelope, 1),
        fixture.consume(&envelope, 1),
        both
    );
    assert_eq!((one, other), (Ack::Done, Ack::Done));
    let taken = ("acme".to_owned(), DeliveryStatus::Taken, Some(200));
    assert_eq!(fixture.deliveries(envelope.id).await, [taken]);
    // The partner can deduplicate them by their id.
    let ids: Vec<_> = server
        .requests()
        .iter()
        .map(|it| it.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids, vec![envelope.id.to_string(); 2]);
}

#[tokio::test]
async fn a_partner_that_is_away_keeps_nobody_from_theirs() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    acme.next(Reply::new(503));
    let envelope = fixture.withdrawal();
    let (_, reason) = expect_retry(fixture.consume(&envelope, 1).await);
    assert_eq!(reason, "acme: answered 503");
    assert_eq!((acme.request_count(), emca.request_count()), (1, 1));
    assert_eq!(fixture.inbox_entries(envelope.id).await, ["partner:emca"]);
    // The retry sends it only to the partner that has not accepted it.
    assert_eq!(fixture.consume(&envelope, 2).await, Ack::Done);
    assert_eq!((acme.request_count(), emca.request_count()), (2, 1));
    let entered = ["partner:acme", "partner:emca"];
    assert_eq!(fixture.inbox_entries(envelope.id).await, entered);
}

#[tokio::test]
async fn waits_grow_so_that_an_outage_is_survived() {
    let server = Server::start().await;
    server.always(Reply::new(500));
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let envelope = fixture.withdrawal();
    let mut waits = Vec::new();
    for receives in 1..=5 {
        waits.push(
            expect_retry(fixture.consume(&envelope, receives).await)
                .0
                .as_secs(),
        );
        // The circuit breaker must not open.
        fixture.clock.advance(60);
    }
    for (wait, (min, max)) in waits
        .iter()
        .zip([(5, 10), (60, 120), (450, 900), (3_600, 7_200)])
    {
        assert!((min..=max).contains(wait), "{waits:?}");
    }
    // The last one is not delayed, so that it becomes a dead letter at once.
    assert_eq!(waits[4], 0);
    assert_eq!(server.request_count(), 5);
}

#[tokio::test]
async fn without_partners_there_is_nothing_to_do() {
    let fixture = Fixture::new([]).await;
    let envelope = fixture.withdrawal();
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    assert!(fixture.inbox_entries(envelope.id).await.is_empty());
}

#[tokio::test]
async fn what_is_recorded_is_forgotten_in_small_batches() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    for _ in 0..5 {
        let envelope = fixture.envelope(&DeletionRecord {
            deleted_at: fixture.clock.now(),
        });
        assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
        fixture.clock.advance(60);
    }
    let before = noon() + chrono::TimeDelta::seconds(200);
    for expected in [3, 1, 0] {
        let purged = delivery::PURGE.run(&fixture.database, before, 3).await;
        assert_eq!(purged.expect("purged"), expected);
    }
    let text = noon().to_rfc3339_opts(SecondsFormat::Secs, true);
    assert_eq!(server.requests()[0].json()["data"]["deletedAt"], text);
}
