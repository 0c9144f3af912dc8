//! A partner that fails again and again is left alone for a while.

use std::{sync::Arc, time::Duration};

use coach_tests::until;
use coach_workers::consumer::Verdict;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use crate::{
    fixture::{Fixture, OPTIONS, again, partner},
    server::{Reply, Server},
};

#[tokio::test]
async fn it_opens_after_failures_in_a_row_and_one_probe_closes_it() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    acme.always(Reply::new(500));
    for _ in 0..OPTIONS.failures {
        again(fixture.consume(&fixture.withdrawal(), 1).await);
    }
    assert_eq!(acme.times(), 3);

    // Open: no request, and back when it may work again. The others are not concerned.
    let envelope = fixture.withdrawal();
    let (after, reason) = again(fixture.consume(&envelope, 1).await);
    assert_eq!(after, OPTIONS.rest);
    assert!(
        reason.starts_with("acme failed again and again"),
        "{reason}"
    );
    fixture.clock.advance(20);
    let (after, _) = again(fixture.consume(&envelope, 1).await);
    assert_eq!(after, Duration::from_secs(10));
    assert_eq!((acme.times(), emca.times()), (3, 4));

    // Half open: one request, and while it is under way no other.
    fixture.clock.advance(10);
    let permits = Arc::new(Semaphore::new(0));
    acme.next(Reply::new(500).held(&permits));
    let envelopes = [fixture.withdrawal(), fixture.withdrawal()];
    let told = envelopes.iter().map(async |envelope| {
        let verdict = fixture.consume(envelope, 1).await;
        // The one that is not told comes back first, and lets the other be answered.
        permits.add_permits(1);
        verdict
    });
    for verdict in join_all(told).await {
        again(verdict);
    }
    assert_eq!(acme.times(), 4);

    // It failed, so for as long again.
    fixture.clock.advance(29);
    again(fixture.consume(&fixture.withdrawal(), 1).await);
    assert_eq!(acme.times(), 4);
    fixture.clock.advance(1);
    acme.always(Reply::new(204));
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    // Closed: many at once.
    let permits = Arc::new(Semaphore::new(0));
    acme.always(Reply::new(204).held(&permits));
    let envelopes: Vec<_> = (0..5).map(|_| fixture.withdrawal()).collect();
    let told = envelopes
        .iter()
        .map(|envelope| fixture.consume(envelope, 1));
    let all_asked = async {
        until("all are asked", async || acme.times() == 10).await;
        permits.add_permits(5);
    };
    let (told, ()) = tokio::join!(join_all(told), all_asked);
    assert_eq!(told, vec![Verdict::Done; 5]);
}

#[tokio::test]
async fn a_refusal_is_no_failure_of_the_partner() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    server.always(Reply::new(422));
    for _ in 0..OPTIONS.failures * 2 {
        let verdict = fixture.consume(&fixture.withdrawal(), 1).await;
        assert!(matches!(verdict, Verdict::Fail { .. }), "{verdict:?}");
    }
    server.always(Reply::new(204));
    assert_eq!(
        fixture.consume(&fixture.withdrawal(), 1).await,
        Verdict::Done
    );
}

/// As when a message takes longer than it may: its work is dropped.
#[tokio::test]
async fn a_probe_that_is_given_up_leaves_its_place() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    server.always(Reply::new(500));
    for _ in 0..OPTIONS.failures {
        again(fixture.consume(&fixture.withdrawal(), 1).await);
    }
    fixture.clock.advance(30);
    server.always(Reply::new(204));
    server.next(Reply::new(204).never());
    let (envelope, times) = (fixture.withdrawal(), server.times());
    tokio::select! {
        verdict = fixture.consume(&envelope, 1) => panic!("it was answered: {verdict:?}"),
        () = until("it is asked", async || server.times() > times) => {}
    }
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
}
