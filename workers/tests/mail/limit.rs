//! A mailer that keeps to a rate.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use coach_domain::mail::{Error, Mailer, Message};
use coach_workers::mail::send::Limited;

use crate::sample::ID;

/// Of fifty a second.
const INTERVAL: Duration = Duration::from_millis(20);

/// Notes who was sent, and when.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<(String, Instant)>>>);

#[async_trait::async_trait]
impl Mailer for Notes {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        self.0
            .lock()
            .unwrap()
            .push((message.to.clone(), Instant::now()));
        Ok(None)
    }
}

fn message(to: &impl ToString) -> Message {
    Message {
        id: ID,
        from: String::new(),
        to: to.to_string(),
        mime: Vec::new(),
    }
}

#[tokio::test]
async fn messages_keep_their_distance_and_their_order() {
    let notes = Notes::default();
    let begun = Instant::now();
    let limited = Arc::new(Limited::new(notes.clone(), 50.0));
    let mut tasks = Vec::new();
    for number in 0..10 {
        let limited = Arc::clone(&limited);
        tasks.push(tokio::spawn(async move {
            limited.send(&message(&number)).await
        }));
        // On one thread, so that each has asked for its turn before the next.
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let notes = std::mem::take(&mut *notes.0.lock().unwrap());
    let order: Vec<_> = notes.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(order, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    // From the first on: a busy machine notes one late, and the next in time.
    for ((to, at), turn) in notes.iter().zip(0_u32..) {
        let after = *at - begun;
        assert!(after >= turn * INTERVAL, "{to}: {after:?}");
    }
}

/// What was not sent in a pause is not made up for.
#[tokio::test]
async fn after_a_pause_they_keep_their_distance_too() {
    let notes = Notes::default();
    let limited = Limited::new(notes.clone(), 50.0);
    limited.send(&message(&"before")).await.unwrap();
    tokio::time::sleep(5 * INTERVAL).await;
    let begun = Instant::now();
    for to in ["at once", "then"] {
        limited.send(&message(&to)).await.unwrap();
    }
    let then = notes.0.lock().unwrap()[2].1;
    assert!(then - begun >= INTERVAL, "{:?}", then - begun);
}
