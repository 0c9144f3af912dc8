//! Dead letters: messages that were received five times and never deleted.

use std::{cell::Cell, collections::BTreeMap, time::Duration};

use coach_domain::queue::{Depth, Outgoing, Received};
use coach_tests::until;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::fixture::{Fixture, LONG, PLAIN, bodies};

const SECOND: Duration = Duration::from_secs(1);

async fn dead_letters(fixture: &Fixture) -> Vec<Received> {
    let mut letters = fixture
        .queue
        .list_dead_letters(PLAIN, 100)
        .await
        .expect("looked");
    letters.sort_by(|one, other| one.body.cmp(&other.body));
    letters
}

pub(crate) async fn the_fifth_receive_is_the_last(fixture: &Fixture) {
    fixture.send(&["a"]).await;
    for receives in 1..=5 {
        assert_eq!(dead_letters(fixture).await, [], "before receive {receives}");
        let message = fixture.receive_one().await;
        assert_eq!(message.receives, receives);
        fixture.release(&message).await;
    }
    let none = fixture.receive_from(PLAIN, 2 * SECOND, LONG).await;
    assert_eq!(none, []);
    assert_eq!(bodies(&dead_letters(fixture).await), ["a"]);
    let depth = fixture.queue.depth(PLAIN).await.expect("told");
    let one = Depth {
        dead: 1,
        ..Depth::default()
    };
    assert_eq!(depth, one);
}

pub(crate) async fn the_fifth_receive_has_its_whole_visibility(fixture: &Fixture) {
    fixture.send(&["done at last", "never done"]).await;
    for _ in 0..4 {
        for message in fixture.receive().await {
            fixture.release(&message).await;
        }
    }
    let last = fixture.receive().await;
    assert_eq!(last.len(), 2);
    assert_eq!(fixture.receive().await, []);
    assert_eq!(dead_letters(fixture).await, []);
    // Its visibility can be extended, and it can be deleted.
    let visibility = 4 * SECOND;
    let begun = Instant::now();
    for message in &last {
        assert_eq!(message.receives, 5);
        let extended = fixture.queue.extend(PLAIN, &message.receipt, LONG);
        assert_eq!(extended.await, Ok(()));
        if message.body == "done at last" {
            fixture.delete(PLAIN, message).await;
        } else {
            let extended = fixture.queue.extend(PLAIN, &message.receipt, visibility);
            assert_eq!(extended.await, Ok(()));
        }
    }
    // It is a dead letter when its visibility has ended.
    until("it is dead", async || {
        assert_eq!(fixture.receive().await, []);
        !dead_letters(fixture).await.is_empty()
    })
    .await;
    assert!(begun.elapsed() + SECOND / 10 > visibility);
    assert_eq!(bodies(&dead_letters(fixture).await), ["never done"]);
}

pub(crate) async fn a_message_is_moved_to_the_dead_letters_at_once(fixture: &Fixture) {
    fixture.send(&["hopeless", "good"]).await;
    let received = fixture.receive().await;
    let hopeless = received.iter().find(|it| it.body == "hopeless");
    let hopeless = hopeless.expect("received");
    let again = Outgoing::new(&hopeless.body);
    let moved = fixture
        .queue
        .move_to_dead_letters(PLAIN, &hopeless.receipt, &again)
        .await;
    assert_eq!(moved, Ok(()));
    assert_eq!(bodies(&dead_letters(fixture).await), ["hopeless"]);
    let depth = fixture.queue.depth(PLAIN).await.expect("told");
    assert_eq!((depth.waiting, depth.in_flight, depth.dead), (0, 1, 1));
    // Redriven it starts with no receives.
    assert_eq!(fixture.queue.redrive(PLAIN, &[], 10).await, Ok(1));
    let redriven = fixture.receive_one().await;
    assert_eq!((redriven.body.as_str(), redriven.receives), ("hopeless", 1));
}

pub(crate) async fn poison_holds_nobody_up(fixture: &Fixture) {
    let poison = (0..10).map(|_| "poison".to_owned());
    let good = (0..30).map(|number| format!("good {number}"));
    let messages: Vec<_> = poison.chain(good).map(Outgoing::new).collect();
    fixture.send_all(PLAIN, &messages).await;
    let mut receives = BTreeMap::<_, usize>::new();
    loop {
        let received = fixture.receive_from(PLAIN, SECOND, LONG).await;
        if received.is_empty() {
            break;
        }
        for message in received {
            *receives.entry(message.body.clone()).or_default() += 1;
            if message.body == "poison" {
                fixture.release(&message).await;
            } else {
                fixture.delete(PLAIN, &message).await;
            }
        }
    }
    assert_eq!(receives.remove("poison"), Some(50));
    assert_eq!(receives.len(), 30);
    assert!(receives.values().all(|times| *times == 1), "{receives:?}");
    let depth = fixture.queue.depth(PLAIN).await.expect("told");
    assert_eq!((depth.waiting, depth.in_flight, depth.dead), (0, 0, 10));
}

pub(crate) async fn looking_at_dead_letters_changes_nothing(fixture: &Fixture) {
    fixture.send(&["a", "b", "c"]).await;
    fixture.dead_letter_all(PLAIN).await;
    fixture.send(&["alive"]).await;
    let once = dead_letters(fixture).await;
    assert_eq!(bodies(&once), ["a", "b", "c"]);
    let twice = dead_letters(fixture).await;
    assert_eq!(bodies(&twice), ["a", "b", "c"]);
    let ids = |letters: &[Received]| letters.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&once), ids(&twice));
    let some = fixture
        .queue
        .list_dead_letters(PLAIN, 2)
        .await
        .expect("looked");
    assert_eq!(some.len(), 2);
    assert_eq!(fixture.queue.depth(PLAIN).await.expect("told").dead, 3);
    assert_eq!(fixture.receive_one().await.body, "alive");
}

pub(crate) async fn redriven_letters_begin_anew(fixture: &Fixture) {
    let sent: Vec<_> = (0..12).map(|number| format!("{number:02}")).collect();
    let messages: Vec<_> = sent.iter().map(Outgoing::new).collect();
    fixture.send_all(PLAIN, &messages).await;
    fixture.dead_letter_all(PLAIN).await;
    let redriven = fixture.queue.redrive(PLAIN, &[], 5).await;
    assert_eq!(redriven, Ok(5));
    let depth = fixture.queue.depth(PLAIN).await.expect("told");
    assert_eq!((depth.waiting, depth.in_flight, depth.dead), (5, 0, 7));
    assert_eq!(fixture.queue.redrive(PLAIN, &[], 100).await, Ok(7));
    assert_eq!(fixture.queue.redrive(PLAIN, &[], 100).await, Ok(0));
    let mut received = fixture.receive().await;
    received.extend(fixture.receive().await);
    assert!(received.iter().all(|it| it.receives == 1));
    let mut bodies = bodies(&received);
    bodies.sort_unstable();
    assert_eq!(bodies, sent);
    // They can become dead letters again.
    for message in &received {
        fixture.release(message).await;
    }
    fixture.dead_letter_all(PLAIN).await;
    assert_eq!(dead_letters(fixture).await.len(), 12);
}

pub(crate) async fn letters_that_are_refused_again_meanwhile_are_redriven_once(fixture: &Fixture) {
    let envelopes: Vec<_> = (0..3).map(envelope).collect();
    fixture.send_all(PLAIN, &envelopes).await;
    fixture.dead_letter_all(PLAIN).await;
    let redrive = fixture.queue.redrive(PLAIN, &[], 100);
    let refused = Cell::new(0);
    let refuse = async {
        loop {
            for message in fixture.receive().await {
                let again = Outgoing::new(&message.body);
                let queue = &fixture.queue;
                let moved = queue.move_to_dead_letters(PLAIN, &message.receipt, &again);
                assert_eq!(moved.await, Ok(()));
                refused.set(refused.get() + 1);
            }
        }
    };
    let redriven = tokio::select! {
        biased;
        redriven = redrive => redriven,
        () = refuse => unreachable!("it never ends"),
    };
    assert_eq!(redriven, Ok(3));
    assert!(refused.get() <= 3, "{}", refused.get());
}

fn envelope(number: u128) -> Outgoing {
    let envelope = json!({
        "id": Uuid::from_u128(number),
        "kind": "email.welcome",
        "version": 1,
        "occurredAt": "2026-03-18T12:00:00Z",
        "payload": {},
    });
    Outgoing::new(envelope.to_string())
}

pub(crate) async fn chosen_letters_are_redriven_or_discarded(fixture: &Fixture) {
    fixture.send(&["a", "b", "c", "d"]).await;
    fixture.dead_letter_all(PLAIN).await;
    fixture.send(&["alive"]).await;
    let letters = dead_letters(fixture).await;
    let id = |body: &str| {
        let letter = letters.iter().find(|it| it.body == body);
        letter.expect("dead").id.clone()
    };
    let unknown = "no such id".to_owned();

    let redriven = [id("b"), unknown.clone()];
    assert_eq!(fixture.queue.redrive(PLAIN, &redriven, 100).await, Ok(1));
    let mut alive = bodies(&fixture.receive().await).join(" ");
    assert_eq!(alive.split_off(6), "b");
    assert_eq!(bodies(&dead_letters(fixture).await), ["a", "c", "d"]);

    let discarded = [id("c"), unknown.clone(), id("d")];
    assert_eq!(fixture.queue.discard(PLAIN, &discarded).await, Ok(2));
    assert_eq!(bodies(&dead_letters(fixture).await), ["a"]);
    assert_eq!(fixture.queue.discard(PLAIN, &discarded).await, Ok(0));
    assert_eq!(fixture.queue.discard(PLAIN, &[]).await, Ok(0));
    assert_eq!(fixture.queue.redrive(PLAIN, &[unknown], 100).await, Ok(0));
    assert_eq!(bodies(&dead_letters(fixture).await), ["a"]);
}
