//! Each partner gets each record, signed, once as far as we know.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::SecondsFormat;
use coach_domain::{
    clock::Clock as _,
    consent::ConsentPurpose,
    partner::{
        DeletionRecord, SubscriptionRecord,
        delivery::{self, DeliveryStatus},
    },
    subscription::{Access, SubscriptionProvider},
};
use coach_workers::{consumer::Verdict, partner::PartnerSettings};
use serde_json::json;

use crate::{
    fixture::{Fixture, SECRET, SEQUENCE, again, noon, partner},
    server::{Asked, Hold, Reply, Server},
};

/// As a partner would: by another library than ours.
fn verify(secret: &str, asked: &Asked) {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key.expect("Base64"));
    let (id, time) = (
        asked.header("webhook-id"),
        asked.header("webhook-timestamp"),
    );
    let mut signed = format!("{id}.{time}.").into_bytes();
    signed.extend_from_slice(&asked.body);
    let good = asked
        .header("webhook-signature")
        .split(' ')
        .any(|signature| {
            let signature = signature.strip_prefix("v1,").expect("a version");
            let signature = STANDARD.decode(signature).expect("Base64");
            hmac::verify(&key, &signed, &signature).is_ok()
        });
    assert!(good, "{asked:?}");
}

#[tokio::test]
async fn a_record_is_posted_and_signed() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture.answer(ConsentPurpose::PartnerSharing, true).await;
    let envelope = fixture.envelope(&SubscriptionRecord {
        access: Access::Active,
        provider: Some(SubscriptionProvider::Stripe),
        expires_at: Some(noon()),
        trial_ends_at: None,
        will_renew: true,
    });
    // Signatures tell when they were made, not when it happened.
    fixture.clock.advance(90);
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);

    let [asked] = &server.asked()[..] else {
        panic!("{:?}", server.asked());
    };
    assert_eq!(asked.uri.path(), "/records");
    assert_eq!(asked.header("content-type"), "application/json");
    assert_eq!(asked.header("webhook-id"), envelope.id.to_string());
    assert_eq!(asked.header("idempotency-key"), envelope.id.to_string());
    let now = fixture.clock.now().timestamp().to_string();
    assert_eq!(asked.header("webhook-timestamp"), now);
    assert!(asked.header("user-agent").starts_with("coach/"));
    verify(SECRET, asked);
    assert_eq!(
        asked.json(),
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
    assert_eq!(fixture.recorded(envelope.id).await, [taken]);
    assert_eq!(fixture.entered(envelope.id).await, ["partner:acme"]);
}

#[tokio::test]
async fn a_partner_can_change_its_secret() {
    const NEW: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let server = Server::start().await;
    let both = format!("{SECRET} {NEW}");
    let acme = PartnerSettings::new("acme", &server.url(), &both, true);
    let fixture = Fixture::new([acme.expect("a partner")]).await;
    let envelope = fixture.withdrawal();
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    for secret in [SECRET, NEW] {
        verify(secret, &server.asked()[0]);
    }
}

#[tokio::test]
async fn a_message_that_comes_twice_is_posted_once() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    let envelope = fixture.withdrawal();
    for _ in 0..2 {
        assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    }
    assert_eq!((acme.times(), emca.times()), (1, 1));
    let entered = ["partner:acme", "partner:emca"];
    assert_eq!(fixture.entered(envelope.id).await, entered);
    assert_eq!(fixture.recorded(envelope.id).await.len(), 2);
}

/// They cannot know of each other before either has an answer; what counts is recorded once all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_two_work_on_counts_once() {
    let server = Server::start().await;
    let hold = Hold::new();
    server.always(Reply::new(200).held(&hold));
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let envelope = fixture.withdrawal();
    let both = async {
        server.is_asked(2).await;
        hold.let_go();
    };
    let (one, other, ()) = tokio::join!(
        fixture.consume(&envelope, 1),
        fixture.consume(&envelope, 1),
        both
    );
    assert_eq!((one, other), (Verdict::Done, Verdict::Done));
    let taken = ("acme".to_owned(), DeliveryStatus::Taken, Some(200));
    assert_eq!(fixture.recorded(envelope.id).await, [taken]);
    // The partner knows them by their id.
    let ids: Vec<_> = server
        .asked()
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
    let (_, reason) = again(fixture.consume(&envelope, 1).await);
    assert_eq!(reason, "acme: answered 503");
    assert_eq!((acme.times(), emca.times()), (1, 1));
    assert_eq!(fixture.entered(envelope.id).await, ["partner:emca"]);
    // The retry is for who has not taken it.
    assert_eq!(fixture.consume(&envelope, 2).await, Verdict::Done);
    assert_eq!((acme.times(), emca.times()), (2, 1));
    let entered = ["partner:acme", "partner:emca"];
    assert_eq!(fixture.entered(envelope.id).await, entered);
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
            again(fixture.consume(&envelope, receives).await)
                .0
                .as_secs(),
        );
        // The breaker is not to count here.
        fixture.clock.advance(60);
    }
    for (wait, (least, most)) in waits
        .iter()
        .zip([(5, 10), (60, 120), (450, 900), (3_600, 7_200)])
    {
        assert!((least..=most).contains(wait), "{waits:?}");
    }
    // It is a dead letter, and operators see it at once.
    assert_eq!(waits[4], 0);
    assert_eq!(server.times(), 5);
}

#[tokio::test]
async fn without_partners_there_is_nothing_to_do() {
    let fixture = Fixture::new([]).await;
    let envelope = fixture.withdrawal();
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    assert!(fixture.entered(envelope.id).await.is_empty());
}

#[tokio::test]
async fn what_is_recorded_is_forgotten_in_small_batches() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    for _ in 0..5 {
        let envelope = fixture.envelope(&DeletionRecord {
            deleted_at: fixture.clock.now(),
        });
        assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
        fixture.clock.advance(60);
    }
    let before = noon() + chrono::TimeDelta::seconds(200);
    for expected in [3, 1, 0] {
        let forgotten = delivery::forget(&fixture.database, before, 3).await;
        assert_eq!(forgotten.expect("forgotten"), expected);
    }
    let text = noon().to_rfc3339_opts(SecondsFormat::Secs, true);
    assert_eq!(server.asked()[0].json()["data"]["deletedAt"], text);
}
