//! What follows from each response of a partner, and from none.

use std::time::Duration;

use coach_domain::partner::delivery::DeliveryStatus;
use coach_workers::consumer::Ack;

use crate::{
    fixture::{Fixture, REQUEST_TIMEOUT, expect_dead_letter, expect_retry, noon, partner},
    server::{Hold, Reply, Server},
};

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    for status in [408, 429, 500, 502, 503, 504] {
        server.next(Reply::new(status));
        let envelope = fixture.withdrawal();
        let (_, reason) = expect_retry(fixture.consume(&envelope, 1).await);
        assert_eq!(reason, format!("acme: answered {status}"));
        assert!(fixture.inbox_entries(envelope.id).await.is_empty());
        assert_eq!(fixture.consume(&envelope, 2).await, Ack::Done);
        let status = i16::try_from(status).expect("small");
        let acme = || "acme".to_owned();
        assert_eq!(
            fixture.deliveries(envelope.id).await,
            [
                (acme(), DeliveryStatus::Failed, Some(status)),
                (acme(), DeliveryStatus::Taken, Some(204)),
            ]
        );
    }
}

#[tokio::test]
async fn a_partner_says_when_it_wants_to_be_asked_again() {
    let server = Server::start().await;
    let later = noon() + chrono::TimeDelta::seconds(300);
    let date = later.format("%a, %d %b %Y %H:%M:%S GMT");
    for (retry_after, expected) in [("120".to_owned(), 120), (date.to_string(), 300)] {
        let fixture = Fixture::new([partner("acme", &server.url())]).await;
        server.next(Reply::new(429).with("retry-after", &retry_after));
        let (after, _) = expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
        assert_eq!(after, Duration::from_secs(expected), "{retry_after}");
    }
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    // The wait is limited, since the partner must get the record.
    server.next(Reply::new(503).with("retry-after", "1000000"));
    let (after, _) = expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    assert_eq!(after, Duration::from_hours(1));
    // Until then no other record is sent to it either.
    let count = server.request_count();
    fixture.clock.advance(3_599);
    let (after, _) = expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    assert!(after >= Duration::from_secs(1));
    assert_eq!(server.request_count(), count);
    fixture.clock.advance(1);
    assert_eq!(fixture.consume(&fixture.withdrawal(), 1).await, Ack::Done);
}

#[tokio::test]
async fn who_does_not_answer_is_asked_again() {
    let server = Server::start().await;
    let forever = Hold::new();
    server.next(Reply::new(200).held(&forever));
    // Long enough for the request to get there.
    let timeout = Duration::from_secs(3);
    let fixture = Fixture::with_timeout(timeout, [partner("acme", &server.url())]).await;
    let envelope = fixture.withdrawal();
    let (_, reason) = expect_retry(fixture.consume(&envelope, 1).await);
    assert_eq!(reason, "acme: did not answer in time");
    let failed = ("acme".to_owned(), DeliveryStatus::Failed, None);
    assert_eq!(fixture.deliveries(envelope.id).await, [failed]);
    assert_eq!(fixture.consume(&envelope, 2).await, Ack::Done);

    // Nothing listens on this port, which is that of the discard protocol.
    let fixture = Fixture::new([partner("acme", "http://127.0.0.1:9/")]).await;
    let (_, reason) = expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    assert_eq!(reason, "acme: cannot be reached");
    // The host name does not exist.
    let fixture = Fixture::new([partner("acme", "http://acme.invalid/")]).await;
    let (_, reason) = expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    assert!(reason.starts_with("acme: "), "{reason}");
}

#[tokio::test]
async fn an_answer_without_end_holds_nobody_up() {
    let server = Server::start().await;
    server.next(Reply::new(200).endless());
    // The timeout of requests must not be what ends it.
    let partners = [partner("acme", &server.url())];
    let fixture = Fixture::with_timeout(10 * REQUEST_TIMEOUT, partners).await;
    let envelope = fixture.withdrawal();
    let ack = tokio::time::timeout(REQUEST_TIMEOUT, fixture.consume(&envelope, 1)).await;
    assert_eq!(ack, Ok(Ack::Done));
    assert_eq!(fixture.inbox_entries(envelope.id).await, ["partner:acme"]);
}

#[tokio::test]
async fn what_is_refused_is_a_dead_letter() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    for status in [400, 401, 403, 404, 409, 410, 413, 422] {
        server.next(Reply::new(status));
        let envelope = fixture.withdrawal();
        let reason = expect_dead_letter(fixture.consume(&envelope, 1).await);
        assert_eq!(reason, format!("acme: answered {status}"));
        assert!(fixture.inbox_entries(envelope.id).await.is_empty());
        let status = Some(i16::try_from(status).expect("small"));
        let refused = ("acme".to_owned(), DeliveryStatus::Refused, status);
        assert_eq!(fixture.deliveries(envelope.id).await, [refused]);
        // As after a redrive, once the partner accepts it.
        assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    }
}

#[tokio::test]
async fn who_refused_is_not_asked_again_for_anothers_sake() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    let envelope = fixture.withdrawal();
    acme.always(Reply::new(410));
    emca.next(Reply::new(500));
    emca.next(Reply::new(500));
    for receives in [1, 2] {
        let (_, reason) = expect_retry(fixture.consume(&envelope, receives).await);
        assert!(
            reason.contains("acme") && reason.contains("emca"),
            "{reason}"
        );
    }
    assert_eq!((acme.request_count(), emca.request_count()), (1, 2));
    let reason = expect_dead_letter(fixture.consume(&envelope, 3).await);
    assert_eq!(reason, "acme: refused it before");
    // A redrive sends it again only to the partner that has not accepted it.
    acme.always(Reply::new(500));
    expect_retry(fixture.consume(&envelope, 1).await);
    acme.always(Reply::new(202));
    assert_eq!(fixture.consume(&envelope, 2).await, Ack::Done);
    assert_eq!((acme.request_count(), emca.request_count()), (3, 3));
}

#[tokio::test]
async fn what_is_no_record_is_not_sent() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let mut newer = fixture.withdrawal();
    newer.version = 2;
    assert_eq!(fixture.consume(&newer, 1).await, Ack::UnknownKind);
    let mut broken = fixture.withdrawal();
    broken.payload = serde_json::json!({ "granted": "perhaps" });
    expect_dead_letter(fixture.consume(&broken, 1).await);
    let mut without_member = fixture.withdrawal();
    without_member.member = None;
    assert_eq!(
        expect_dead_letter(fixture.consume(&without_member, 1).await),
        "it names no member"
    );
    assert_eq!(server.request_count(), 0);
}
