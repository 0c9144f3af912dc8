//! A mailer that keeps to a rate.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use coach_domain::mail::{Error, Mailer, Message};
use coach_workers::mail::send::Limited;
use futures_util::FutureExt as _;
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
    let limited = Limited::new(notes.clone(), 1.0);
    limited.send(&message(&"first")).await.unwrap();
    for _ in 0..1_000 {
        let given_up = limited.send(&message(&"given up")).now_or_never();
        assert!(given_up.is_none());
    }
    // One interval; with the turns of the others it would be a quarter of an hour.
    let last = message(&"last");
    timeout(Duration::from_mins(2), limited.send(&last))
        .await
        .expect("its turn")
        .unwrap();
    let notes = notes.0.lock().unwrap();
    assert_eq!(notes.len(), 2);
    let apart = notes[1].1 - notes[0].1;
    assert!(apart >= Duration::from_millis(990), "{apart:?}");
}

#[tokio::test]
async fn no_limit_is_no_wait() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let limited = Limited::new(Notes::default(), rate);
        for number in 0..100 {
            let message = message(&number);
            let sent = timeout(Duration::from_mins(2), limited.send(&message)).await;
            sent.unwrap_or_else(|_| panic!("{rate}")).unwrap();
        }
    }
}
