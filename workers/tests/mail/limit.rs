//! The mailer with a rate limit.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use coach_domain::mail::{Error, Mailer, Message};
use coach_workers::mail::send::RateLimited;

use crate::sample::ID;

/// The interval of fifty messages per second.
const INTERVAL: Duration = Duration::from_millis(20);

/// Records the recipient and the time of each message.
#[derive(Clone, Default)]
struct RecordingMailer(Arc<Mutex<Vec<(String, Instant)>>>);

#[async_trait::async_trait]
impl Mailer for RecordingMailer {
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
    let mailer = RecordingMailer::default();
    let begun = Instant::now();
    let limited = Arc::new(RateLimited::new(mailer.clone(), 50.0));
    let mut tasks = Vec::new();
    for number in 0..10 {
        let limited = Arc::clone(&limited);
        tasks.push(tokio::spawn(async move {
            limited.send(&message(&number)).await
        }));
        // The runtime has one thread, so each task waits for its turn before the next is spawned.
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let sent = std::mem::take(&mut *mailer.0.lock().unwrap());
    let order: Vec<_> = sent.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(order, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    // Relative to the start: a busy machine may record one message late, and the next in time.
    for ((to, at), turn) in sent.iter().zip(0_u32..) {
        let after = *at - begun;
        assert!(after >= turn * INTERVAL, "{to}: {after:?}");
    }
}

/// Unused rate is not accumulated during a pause.
#[tokio::test]
async fn after_a_pause_they_keep_their_distance_too() {
    let mailer = RecordingMailer::default();
    let limited = RateLimited::new(mailer.clone(), 50.0);
    limited.send(&message(&"before")).await.unwrap();
    tokio::time::sleep(5 * INTERVAL).await;
    let begun = Instant::now();
    for to in ["at once", "then"] {
        limited.send(&message(&to)).await.unwrap();
    }
    let then = mailer.0.lock().unwrap()[2].1;
    assert!(then - begun >= INTERVAL, "{:?}", then - begun);
}
