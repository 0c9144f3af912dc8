//! Pausing a queue.

use std::time::Duration;

use chrono::{DateTime, Utc};
use coach_domain::queue::QueueName;
use coach_workers::queue::pause::{pause, paused, resume};
use tokio::time::sleep;

use crate::fixture::{Fixture, LONG, MAX_WAIT, ORDERED, PLAIN, bodies};

const SECOND: Duration = Duration::from_secs(1);

fn now() -> DateTime<Utc> {
    let now = DateTime::parse_from_rfc3339("2026-03-18T12:00:00Z");
    now.expect("a moment").to_utc()
}

pub(crate) async fn a_paused_queue_gives_out_nothing(fixture: &Fixture) {
    fixture.send(&["before", "held"]).await;
    let in_flight = fixture.queue.receive(PLAIN, 1, Duration::ZERO, LONG).await;
    let in_flight = in_flight.expect("received");
    assert_eq!(pause(&fixture.database, PLAIN, now()).await, Ok(true));
    // A queue outside the database may go on for a second, until the state is read again.
    sleep(SECOND + SECOND / 2).await;
    assert_eq!(fixture.receive().await, []);
    // Messages in flight can be deleted, and new ones be sent.
    fixture.delete(PLAIN, &in_flight[0]).await;
    fixture.send(&["meanwhile"]).await;
    let none = fixture.receive_from(PLAIN, 2 * SECOND, LONG).await;
    assert_eq!(none, []);
    assert_eq!(fixture.queue.depth(PLAIN).await.expect("told").waiting, 2);

    // A waiting receive notices when the queue is resumed.
    let queue = std::sync::Arc::clone(&fixture.queue);
    let waiting = tokio::spawn(async move { queue.receive(PLAIN, 10, MAX_WAIT, LONG).await });
    sleep(SECOND / 2).await;
    assert_eq!(resume(&fixture.database, PLAIN, now()).await, Ok(true));
    let received = waiting.await.expect("joined").expect("received");
    assert_eq!(bodies(&received), ["held", "meanwhile"]);
    assert!(received.iter().all(|it| it.receives == 1));
}

pub(crate) async fn pausing_and_resuming_say_what_they_changed(fixture: &Fixture) {
    let database = &fixture.database;
    let paused = async || paused(database).await.expect("told");
    assert_eq!(resume(database, PLAIN, now()).await, Ok(false));
    assert_eq!(paused().await, []);
    assert_eq!(pause(database, PLAIN, now()).await, Ok(true));
    assert_eq!(pause(database, PLAIN, now() + SECOND).await, Ok(false));
    assert_eq!(pause(database, ORDERED, now()).await, Ok(true));
    assert_eq!(
        paused().await,
        [(QueueName::Email, now()), (QueueName::PartnerSync, now())]
    );
    assert_eq!(resume(database, PLAIN, now()).await, Ok(true));
    assert_eq!(resume(database, PLAIN, now()).await, Ok(false));
    assert_eq!(paused().await, [(QueueName::PartnerSync, now())]);
    // Other queues are not affected.
    fixture.send(&["a"]).await;
    assert_eq!(fixture.receive_one().await.body, "a");
}
