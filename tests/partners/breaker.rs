//! The circuit breaker: a partner that fails repeatedly gets no requests for a while.

use std::time::Duration;

use coach_workers::consumer::Ack;
use futures_util::future::join_all;

use crate::{
    fixture::{Fixture, OPTIONS, expect_retry, partner},
    server::{Hold, Reply, Server},
};

#[tokio::test]
async fn it_opens_after_failures_in_a_row_and_one_probe_closes_it() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    acme.always(Reply::new(500));
    for _ in 0..OPTIONS.failure_threshold {
        expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    }
    assert_eq!(acme.request_count(), 3);

    // Open: no request is sent, and the message is retried when the breaker may close. Other partners are not affected.
    let envelope = fixture.withdrawal();
    let (after, reason) = expect_retry(fixture.consume(&envelope, 1).await);
    assert_eq!(after, OPTIONS.open_duration);
    assert!(
        reason.starts_with("acme failed again and again"),
        "{reason}"
    );
    fixture.clock.advance(20);
    let (after, _) = expect_retry(fixture.consume(&envelope, 1).await);
    assert_eq!(after, Duration::from_secs(10));
    assert_eq!((acme.request_count(), emca.request_count()), (3, 4));

    // Half open: one request, and no other until it has a response.
    fixture.clock.advance(10);
    let hold = Hold::new();
    acme.next(Reply::new(500).held(&hold));
    let (one, other) = (fixture.withdrawal(), fixture.withdrawal());
    let meanwhile = async {
        acme.wait_for_requests(4).await;
        expect_retry(fixture.consume(&other, 1).await);
        assert_eq!(acme.request_count(), 4);
        hold.release();
    };
    let (one, ()) = tokio::join!(fixture.consume(&one, 1), meanwhile);
    expect_retry(one);

    // The probe failed, so the breaker stays open for as long again.
    fixture.clock.advance(29);
    expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    assert_eq!(acme.request_count(), 4);
    fixture.clock.advance(1);
    acme.always(Reply::new(204));
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    // Closed: concurrent requests.
    let hold = Hold::new();
    acme.always(Reply::new(204).held(&hold));
    let envelopes: Vec<_> = (0..5).map(|_| fixture.withdrawal()).collect();
    let deliveries = envelopes
        .iter()
        .map(|envelope| fixture.consume(envelope, 1));
    let all = async {
        acme.wait_for_requests(10).await;
        hold.release();
    };
    let (acks, ()) = tokio::join!(join_all(deliveries), all);
    assert_eq!(acks, vec![Ack::Done; 5]);
    assert_eq!(acme.request_count(), 10);
}

#[tokio::test]
async fn a_refusal_is_no_failure_of_the_partner() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    server.always(Reply::new(422));
    for _ in 0..OPTIONS.failure_threshold * 2 {
        let ack = fixture.consume(&fixture.withdrawal(), 1).await;
        assert!(matches!(ack, Ack::DeadLetter { .. }), "{ack:?}");
    }
    server.always(Reply::new(204));
    assert_eq!(fixture.consume(&fixture.withdrawal(), 1).await, Ack::Done);
}

/// A message that takes too long is cancelled by dropping its future.
#[tokio::test]
async fn a_probe_that_is_given_up_leaves_its_place() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    server.always(Reply::new(500));
    for _ in 0..OPTIONS.failure_threshold {
        expect_retry(fixture.consume(&fixture.withdrawal(), 1).await);
    }
    fixture.clock.advance(30);
    let forever = Hold::new();
    server.next(Reply::new(500).held(&forever));
    server.always(Reply::new(204));
    let envelope = fixture.withdrawal();
    let probes = server.request_count() + 1;
    tokio::select! {
        ack = fixture.consume(&envelope, 1) => panic!("{ack:?}"),
        () = server.wait_for_requests(probes) => {}
    }
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
}
