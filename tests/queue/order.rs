//! FIFO queues, which keep the order within a group.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use coach_domain::queue::{Error, Outgoing};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, LONG, MAX_WAIT, ORDERED, PLAIN, bodies};

const SECOND: Duration = Duration::from_secs(1);

fn message(group: &str, body: &str) -> Outgoing {
    Outgoing {
        group: Some(group.to_owned()),
        deduplication: Some(format!("{group}-{body}")),
        ..Outgoing::new(body)
    }
}

pub(crate) async fn a_group_keeps_its_order(fixture: &Fixture) {
    let groups = ["a", "b", "c"];
    let numbers = || 0..12;
    let mut sent = Vec::new();
    for number in numbers() {
        sent.extend(groups.map(|group| message(group, &format!("{group} {number}"))));
    }
    fixture.send_all(ORDERED, &sent).await;
    // Four receivers of different speeds.
    let left = Arc::new(AtomicUsize::new(sent.len()));
    let mut receivers = JoinSet::new();
    let (done, mut finished) = tokio::sync::mpsc::unbounded_channel();
    for delay in [0, 3, 7, 11] {
        let queue = Arc::clone(&fixture.queue);
        let (done, left) = (done.clone(), Arc::clone(&left));
        receivers.spawn(async move {
            loop {
                let received = queue.receive(ORDERED, 2, SECOND / 2, LONG).await;
                let received = received.expect("received");
                // Messages that others are working on may hold back the rest.
                if received.is_empty() && left.load(SeqCst) == 0 {
                    return;
                }
                for message in received {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                    done.send(message.body).expect("heard");
                    let deleted = queue.delete(ORDERED, &[message.receipt]).await;
                    assert_eq!(deleted, Ok(vec![Ok(())]));
                    left.fetch_sub(1, SeqCst);
                }
            }
        });
    }
    drop(done);
    receivers.join_all().await;
    let mut received = Vec::new();
    while let Some(body) = finished.recv().await {
        received.push(body);
    }
    assert_eq!(received.len(), sent.len());
    for group in groups {
        let of_group: Vec<_> = received.iter().filter(|it| it.starts_with(group)).collect();
        let in_order: Vec<_> = numbers()
            .map(|number| format!("{group} {number}"))
            .collect();
        assert_eq!(of_group, in_order.iter().collect::<Vec<_>>());
    }
}

pub(crate) async fn a_group_waits_for_what_fails_until_it_is_dead(fixture: &Fixture) {
    let sent = [
        message("a", "poison"),
        message("a", "next"),
        message("b", "other"),
    ];
    fixture.send_all(ORDERED, &sent).await;
    for receives in 1..=5 {
        let held = fixture.receive_from(ORDERED, Duration::ZERO, LONG).await;
        let rest = fixture.receive_from(ORDERED, Duration::ZERO, LONG).await;
        let received = [held, rest].concat();
        let poison = received.iter().find(|it| it.body == "poison");
        let poison = poison.expect("the first of its group");
        assert_eq!(poison.receives, receives);
        assert!(!bodies(&received).contains(&"next"));
        // The other group is not held back.
        assert_eq!(received.len(), if receives == 1 { 2 } else { 1 });
        fixture.release_on(ORDERED, poison).await;
    }
    let next = fixture.receive_from(ORDERED, MAX_WAIT, LONG).await;
    assert_eq!(bodies(&next), ["next"]);
    assert_eq!(next[0].receives, 1);
    let letters = fixture
        .queue
        .list_dead_letters(ORDERED, 10)
        .await
        .expect("looked");
    assert_eq!(bodies(&letters), ["poison"]);
}

pub(crate) async fn a_repeated_send_is_one_message(fixture: &Fixture) {
    let (one, other) = (message("a", "one"), message("a", "other"));
    // Repeated in the same batch, in the next, and after the first is deleted.
    fixture.send_all(ORDERED, &[one.clone(), one.clone()]).await;
    fixture.send_all(ORDERED, &[one.clone(), other]).await;
    let first = fixture.receive_from(ORDERED, Duration::ZERO, LONG).await;
    assert_eq!(bodies(&first), ["one"]);
    fixture.delete(ORDERED, &first[0]).await;
    fixture.send_all(ORDERED, &[one]).await;
    let second = fixture.receive_from(ORDERED, Duration::ZERO, LONG).await;
    assert_eq!(bodies(&second), ["other"]);
    fixture.delete(ORDERED, &second[0]).await;
    let none = fixture.receive_from(ORDERED, SECOND, LONG).await;
    assert_eq!(none, []);
}

pub(crate) async fn a_redriven_letter_of_a_group_comes_again(fixture: &Fixture) {
    fixture.send_all(ORDERED, &[message("a", "one")]).await;
    fixture.dead_letter_all(ORDERED).await;
    fixture.send_all(ORDERED, &[message("a", "two")]).await;
    // Within the five minutes in which sends are deduplicated.
    assert_eq!(fixture.queue.redrive(ORDERED, &[], 10).await, Ok(1));
    for (body, receives) in [("two", 1), ("one", 1)] {
        let received = fixture.receive_from(ORDERED, Duration::ZERO, LONG).await;
        assert_eq!(bodies(&received), [body], "at the end of its group");
        assert_eq!(received[0].receives, receives);
        fixture.delete(ORDERED, &received[0]).await;
    }
    assert_eq!(fixture.queue.depth(ORDERED).await.expect("told").dead, 0);
}

pub(crate) async fn what_order_needs_is_asked_for(fixture: &Fixture) {
    let (group, deduplication) = (None, None);
    let batch = [
        Outgoing {
            group,
            ..message("a", "no group")
        },
        Outgoing {
            deduplication,
            ..message("a", "no deduplication")
        },
        Outgoing {
            delay: SECOND,
            ..message("a", "delayed")
        },
        message("a", "whole"),
    ];
    let results = fixture.queue.send(ORDERED, &batch).await.expect("answered");
    let refused: Vec<_> = results
        .iter()
        .map(|result| matches!(result, Err(Error::Refused(_))))
        .collect();
    assert_eq!(refused, [true, true, true, false]);
    let received = fixture.receive_from(ORDERED, Duration::ZERO, LONG).await;
    assert_eq!(bodies(&received), ["whole"]);
    // Queues without order ignore both.
    fixture
        .send_all(
            PLAIN,
            &[
                message("a", "one"),
                message("a", "two"),
                message("a", "two"),
            ],
        )
        .await;
    assert_eq!(fixture.receive().await.len(), 3);
}

/// A queue has two hundred messages of one group, and then one each of twelve other groups. When the latter are done,
/// only a few of the former may be.
pub(crate) async fn a_busy_group_starves_no_other(fixture: &Fixture) {
    const CONCURRENCY: usize = 4;
    let busy = (0..200).map(|number| message("busy", &format!("busy {number}")));
    let others = (0..12).map(|group| message(&format!("other {group}"), "other"));
    let sent: Vec<_> = busy.chain(others).collect();
    fixture.send_all(ORDERED, &sent).await;
    // Works like a consumer with this concurrency: it finishes a message when all places are taken, or nothing more
    // arrives.
    let mut working = VecDeque::new();
    let (mut busy, mut others) = (0, 0);
    while others < 12 {
        let free = CONCURRENCY - working.len();
        let received = fixture.queue.receive(ORDERED, free, SECOND, LONG).await;
        let received = received.expect("received");
        let is_empty = received.is_empty();
        for message in received {
            if message.body == "other" {
                others += 1;
            } else {
                busy += 1;
            }
            working.push_back(message);
        }
        if working.len() < CONCURRENCY && !is_empty {
            continue;
        }
        if let Some(done) = working.pop_front() {
            fixture.delete(ORDERED, &done).await;
        }
    }
    eprintln!("{busy} of the busy group were received before 12 others were");
    assert!(busy <= 12, "{busy} of 200 came first");
}
