//! The visibility timeout of received messages, which can be extended or ended.

use std::time::Duration;

use coach_domain::queue::{Error, Outgoing};
use coach_tests::retry_within;
use tokio::time::{Instant, sleep};

use crate::fixture::{Fixture, LONG, MAX_WAIT, PLAIN, bodies};

const SECOND: Duration = Duration::from_secs(1);

pub(crate) async fn a_received_message_is_hidden_until_its_visibility_ends(fixture: &Fixture) {
    let visibility = 3 * SECOND;
    let (first, begun) = retry_within(visibility, async || {
        fixture.send(&["a"]).await;
        let begun = Instant::now();
        let first = fixture
            .receive_from(PLAIN, Duration::ZERO, visibility)
            .await;
        let hidden = fixture.receive().await;
        if begun.elapsed() < visibility {
            assert_eq!(bodies(&first), ["a"]);
            assert_eq!(hidden, []);
        }
        (first, begun)
    })
    .await;
    let again = fixture.receive_from(PLAIN, MAX_WAIT, LONG).await;
    // By another clock it may end a moment earlier.
    assert!(begun.elapsed() + SECOND / 10 > visibility);
    assert_eq!(bodies(&again), ["a"]);
    assert_eq!(again[0].id, first[0].id);
    assert_eq!(again[0].sent_at, first[0].sent_at);
    assert_ne!(again[0].receipt, first[0].receipt);
}

pub(crate) async fn it_stays_hidden_while_it_is_extended(fixture: &Fixture) {
    let visibility = 3 * SECOND;
    // If the machine was too busy to extend in time, the attempt proves nothing and is repeated.
    for body in 0.. {
        let body = body.to_string();
        fixture.send(&[&body]).await;
        let begun = Instant::now();
        let received = fixture
            .receive_from(PLAIN, Duration::ZERO, visibility)
            .await;
        let mut extended = begun;
        let mut in_time = true;
        while in_time && begun.elapsed() < visibility + 2 * SECOND {
            sleep(SECOND / 2).await;
            let now = Instant::now();
            let result = fixture
                .queue
                .extend(PLAIN, &received[0].receipt, visibility);
            let result = result.await;
            let others = fixture.receive().await;
            in_time = extended.elapsed() < visibility;
            if in_time {
                assert_eq!(
                    (result, others),
                    (Ok(()), Vec::new()),
                    "at {:?}",
                    begun.elapsed()
                );
            }
            extended = now;
        }
        if in_time {
            // It is received again once it is no longer extended.
            let again = fixture.receive_from(PLAIN, MAX_WAIT, LONG).await;
            assert_eq!(bodies(&again), [body]);
            assert!(extended.elapsed() + SECOND / 10 > visibility);
            assert_eq!(again[0].receives, 2);
            return;
        }
    }
}

pub(crate) async fn given_back_it_is_there_at_once(fixture: &Fixture) {
    fixture.send(&["a"]).await;
    let message = fixture.receive_one().await;
    assert_eq!(fixture.receive().await, []);
    fixture.release(&message).await;
    assert_eq!(fixture.receive_one().await.body, "a");
}

pub(crate) async fn each_receive_counts(fixture: &Fixture) {
    fixture.send(&["a"]).await;
    for receives in 1..=5 {
        let message = fixture.receive_one().await;
        assert_eq!(message.receives, receives);
        fixture.release(&message).await;
    }
}

pub(crate) async fn deleted_it_never_comes_again(fixture: &Fixture) {
    fixture.send(&["a", "b"]).await;
    let received = fixture.receive_from(PLAIN, Duration::ZERO, SECOND).await;
    assert_eq!(received.len(), 2);
    let a = received.iter().find(|it| it.body == "a").expect("a");
    fixture.delete(PLAIN, a).await;
    // The other message is, when its visibility timeout has ended.
    let again = fixture.receive_from(PLAIN, MAX_WAIT, LONG).await;
    assert_eq!(bodies(&again), ["b"]);
    assert_eq!(fixture.receive().await, []);
}

pub(crate) async fn a_stale_receipt_neither_deletes_nor_extends(fixture: &Fixture) {
    fixture.send(&["a"]).await;
    let first = fixture.receive_one().await;
    fixture.release(&first).await;
    let second = fixture.receive_one().await;

    // Amazon's SQS would return success, but not delete the message either.
    let deleted = fixture.try_delete(PLAIN, &first.receipt).await;
    assert_eq!(deleted, Err(Error::StaleReceipt));
    let extended = fixture.queue.extend(PLAIN, &first.receipt, Duration::ZERO);
    assert_eq!(extended.await, Err(Error::StaleReceipt));
    assert_eq!(
        fixture.receive().await,
        [],
        "the second receive still holds it"
    );

    // A valid receipt beside a stale one deletes its message.
    let receipts = [first.receipt, second.receipt];
    let deleted = fixture.queue.delete(PLAIN, &receipts).await;
    assert_eq!(deleted, Ok(vec![Err(Error::StaleReceipt), Ok(())]));
    let gone = fixture.try_delete(PLAIN, &receipts[1]).await;
    assert_eq!(gone, Err(Error::StaleReceipt));
    assert_eq!(fixture.queue.depth(PLAIN).await.expect("told").in_flight, 0);
}

/// A consumer that was too slow cannot move a message that another has received to the dead letters.
pub(crate) async fn a_stale_receipt_buries_nothing(fixture: &Fixture) {
    fixture.send(&["a"]).await;
    let slow = fixture.receive_one().await;
    fixture.release(&slow).await;
    let other = fixture.receive_one().await;
    let again = Outgoing::new(&slow.body);
    let moved = fixture
        .queue
        .move_to_dead_letters(PLAIN, &slow.receipt, &again)
        .await;
    assert_eq!(moved, Err(Error::StaleReceipt));
    assert_eq!(fixture.queue.depth(PLAIN).await.expect("told").dead, 0);
    fixture.delete(PLAIN, &other).await;
}
