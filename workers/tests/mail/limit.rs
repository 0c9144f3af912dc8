//! A mailer that keeps to a rate.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use coach_domain::mail::{Error, Mailer, Message};
use coach_workers::mail::send::Limited;
use tokio::time::timeout;

use crate::sample::ID;

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
    let notes = notes.0.lock().unwrap();
    let order: Vec<_> = notes.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(order, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    for pair in notes.windows(2) {
        let apart = pair[1].1 - pair[0].1;
        assert!(apart >= Duration::from_millis(19), "{apart:?}");
    }
}

#[tokio::test]
async fn who_stops_waiting_takes_no_turn() {
    let notes = Notes::default();
    let limited = Limited::new(notes.clone(), 10.0);
    let begun = Instant::now();
    limited.send(&message(&"first")).await.unwrap();
    for _ in 0..5 {
        let given_up = timeout(
            Duration::from_millis(5),
            limited.send(&message(&"given up")),
        )
        .await;
        assert!(given_up.is_err());
    }
    limited.send(&message(&"last")).await.unwrap();
    let took = begun.elapsed();
    // One interval; with the turns of the others it would be six.
    assert!(
        (Duration::from_millis(99)..Duration::from_millis(400)).contains(&took),
        "{took:?}"
    );
    assert_eq!(notes.0.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn no_limit_is_no_wait() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let limited = Limited::new(Notes::default(), rate);
        let begun = Instant::now();
        for number in 0..100 {
            limited.send(&message(&number)).await.unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{rate}");
    }
}
