//! Sending and receiving.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use coach_domain::queue::{Depth, Error, MAX_BYTES, Outgoing};
use coach_tests::{retry_within, until};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, LONG, MAX_WAIT, PLAIN, bodies};

const SECOND: Duration = Duration::from_secs(1);

pub(crate) async fn a_body_comes_as_it_was_sent(fixture: &Fixture) {
    let long = "ä🎉\"\\".repeat(50_000);
    for body in ["{\"a\": [1, 2]}", " \t\r\n", "ä\u{10FFFD}'; --", &long] {
        fixture.send(&[body]).await;
        let message = fixture.receive_one().await;
        assert_eq!(message.body, body);
        fixture.delete(PLAIN, &message).await;
    }
}

pub(crate) async fn a_delayed_message_waits(fixture: &Fixture) {
    let delay = 3 * SECOND;
    let late = Outgoing {
        delay,
        ..Outgoing::new("late")
    };
    let begun = retry_within(delay, async || {
        // Messages of an earlier attempt.
        for message in fixture.receive_from(PLAIN, Duration::ZERO, LONG).await {
            fixture.delete(PLAIN, &message).await;
        }
        let begun = Instant::now();
        fixture
            .send_all(PLAIN, &[late.clone(), Outgoing::new("now")])
            .await;
        let received = fixture.receive().await;
        if begun.elapsed() < delay {
            assert_eq!(bodies(&received), ["now"]);
        }
        begun
    })
    .await;
    let late = fixture.receive_from(PLAIN, MAX_WAIT, LONG).await;
    assert_eq!(bodies(&late), ["late"]);
    assert!(begun.elapsed() + SECOND / 10 > delay);
    assert_eq!(late[0].receives, 1);
}

pub(crate) async fn a_long_poll_ends_when_a_message_comes(fixture: &Fixture) {
    let queue = Arc::clone(&fixture.queue);
    let begun = Instant::now();
    let waiting = tokio::spawn(async move { queue.receive(PLAIN, 10, MAX_WAIT, LONG).await });
    // By now it has found the queue empty.
    sleep(SECOND).await;
    fixture.send(&["a"]).await;
    let received = waiting.await.expect("joined").expect("received");
    assert_eq!(bodies(&received), ["a"]);
    assert!(begun.elapsed() > SECOND);
    // It did not end because of its maximum wait.
    assert!(begun.elapsed() < MAX_WAIT, "{:?}", begun.elapsed());
}

pub(crate) async fn a_long_poll_of_nothing_ends_after_its_wait(fixture: &Fixture) {
    let begun = Instant::now();
    let none = fixture.receive_from(PLAIN, 2 * SECOND, LONG).await;
    assert_eq!(none, []);
    assert!(begun.elapsed() > Duration::from_millis(1_900));
}

pub(crate) async fn a_batch_takes_what_is_good(fixture: &Fixture) {
    let batch = [
        Outgoing::new("first"),
        Outgoing::new("a".repeat(MAX_BYTES + 1)),
        Outgoing::new("second"),
        Outgoing::new("not text: \0"),
        Outgoing::new(""),
        Outgoing::new("third"),
    ];
    let results = fixture.queue.send(PLAIN, &batch).await.expect("answered");
    let refused = |result: &Result<(), Error>| matches!(result, Err(Error::Refused(_)));
    let outcomes: Vec<_> = results.iter().map(refused).collect();
    assert_eq!(outcomes, [false, true, false, true, true, false]);
    assert!(results.iter().all(|it| it.is_ok() || refused(it)));
    assert_eq!(
        bodies(&fixture.receive().await),
        ["first", "second", "third"]
    );

    // A message of the maximum size fills a batch: others must be sent with another batch.
    let whole = Outgoing::new("a".repeat(MAX_BYTES));
    let results = fixture
        .queue
        .send(PLAIN, &[whole, Outgoing::new("b")])
        .await;
    let results = results.expect("answered");
    assert_eq!(results[0], Ok(()));
    assert!(matches!(results[1], Err(Error::Unavailable(_))));
    assert_eq!(fixture.receive_one().await.body.len(), MAX_BYTES);
}

pub(crate) async fn a_receive_brings_ten_at_most(fixture: &Fixture) {
    let messages = vec![Outgoing::new("a"); 25];
    fixture.send_all(PLAIN, &messages).await;
    let mut lengths = Vec::new();
    for max in [0, 3, 10, 100, 10, 10] {
        let received = fixture
            .queue
            .receive(PLAIN, max, Duration::ZERO, LONG)
            .await;
        lengths.push(received.expect("received").len());
    }
    assert_eq!(lengths, [0, 3, 10, 10, 2, 0]);
}

pub(crate) async fn many_receivers_never_share_a_message(fixture: &Fixture) {
    let sent: BTreeSet<_> = (0..200).map(|number| number.to_string()).collect();
    let mut receivers = JoinSet::new();
    let sent_all = CancellationToken::new();
    for _ in 0..8 {
        let (queue, sent_all) = (Arc::clone(&fixture.queue), sent_all.clone());
        receivers.spawn(async move {
            let mut received = Vec::new();
            loop {
                let all_sent = sent_all.is_cancelled();
                let some = queue.receive(PLAIN, 3, SECOND / 2, LONG).await;
                let some = some.expect("received");
                if some.is_empty() && all_sent {
                    return received;
                }
                let receipts: Vec<_> = some.iter().map(|it| it.receipt.clone()).collect();
                received.extend(some.into_iter().map(|it| (it.receives, it.body)));
                let deleted = queue.delete(PLAIN, &receipts).await.expect("deleted");
                assert!(deleted.iter().all(Result::is_ok));
            }
        });
    }
    let messages: Vec<_> = sent.iter().map(Outgoing::new).collect();
    fixture.send_all(PLAIN, &messages).await;
    sent_all.cancel();
    let received = receivers.join_all().await.concat();
    assert_eq!(received.len(), sent.len());
    assert!(received.iter().all(|(receives, _)| *receives == 1));
    let bodies: BTreeSet<_> = received.into_iter().map(|(_, body)| body).collect();
    assert_eq!(bodies, sent);
}

pub(crate) async fn its_depth_is_reported(fixture: &Fixture) {
    let depth = async || fixture.queue.depth(PLAIN).await.expect("told");
    assert_eq!(depth().await, Depth::default());
    let delayed = Outgoing {
        delay: Duration::from_mins(15),
        ..Outgoing::new("later")
    };
    fixture.send_all(PLAIN, &[delayed]).await;
    fixture.send(&["a", "b", "c"]).await;
    let all = depth().await;
    assert_eq!((all.waiting, all.in_flight, all.dead), (4, 0, 0));
    // SQS does not report the age.
    if all.oldest.is_some() {
        until("the oldest is older than a second", async || {
            let oldest = depth().await.oldest.expect("told");
            assert!(oldest < LONG, "{oldest:?}");
            oldest > SECOND
        })
        .await;
    }

    let received = fixture.receive().await;
    fixture.delete(PLAIN, &received[0]).await;
    fixture.release(&received[1]).await;
    let some = depth().await;
    assert_eq!((some.waiting, some.in_flight, some.dead), (2, 1, 0));

    fixture.dead_letter_all(PLAIN).await;
    let rest = depth().await;
    assert_eq!((rest.waiting, rest.in_flight, rest.dead), (1, 1, 1));
}
