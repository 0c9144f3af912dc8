//! A partner that fails again and again is left alone for a while.

use std::time::Duration;

use coach_workers::consumer::Verdict;
use futures_util::future::join_all;

use crate::{
    fixture::{Fixture, OPTIONS, again, partner},
    server::{Hold, Reply, Server},
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
    let hold = Hold::new();
    acme.next(Reply::new(500).held(&hold));
    let (one, other) = (fixture.withdrawal(), fixture.withdrawal());
    let meanwhile = async {
        acme.is_asked(4).await;
        again(fixture.consume(&other, 1).await);
        assert_eq!(acme.times(), 4);
        hold.let_go();
    };
    let (one, ()) = tokio::join!(fixture.consume(&one, 1), meanwhile);
    again(one);

    // It failed, so for as long again.
    fixture.clock.advance(29);
    again(fixture.consume(&fixture.withdrawal(), 1).await);
    assert_eq!(acme.times(), 4);
    fixture.clock.advance(1);
    acme.always(Reply::new(204));
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    // Closed: many at once.
    let hold = Hold::new();
    acme.always(Reply::new(204).held(&hold));
    let envelopes: Vec<_> = (0..5).map(|_| fixture.withdrawal()).collect();
    let told = envelopes
        .iter()
        .map(|envelope| fixture.consume(envelope, 1));
    let all = async {
        acme.is_asked(10).await;
        hold.let_go();
    };
    let (told, ()) = tokio::join!(join_all(told), all);
    assert_eq!(told, vec![Verdict::Done; 5]);
    assert_eq!(acme.times(), 10);
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
    let forever = Hold::new();
    server.next(Reply::new(500).held(&forever));
    server.always(Reply::new(204));
    let envelope = fixture.withdrawal();
    let probes = server.times() + 1;
    tokio::select! {
        told = fixture.consume(&envelope, 1) => panic!("{told:?}"),
        () = server.is_asked(probes) => {}
    }
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
}
