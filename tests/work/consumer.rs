//! The consumer pool: messages are finished, returned to the queue, or become dead letters.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use coach_domain::{
    database::Pool,
    inbox,
    queue::{Outgoing, Queue as _, QueueName},
};
use coach_workers::{
    consumer::{Ack, Consumer, ConsumerOptions, ReceivedMessage},
    queue::PostgresQueue,
};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;
use tokio::{sync::Notify, task::yield_now, time::sleep};

use crate::fixture::{Fixture, LONG, outbox_message, until};

const QUEUE: QueueName = QueueName::Webhooks;

/// Options whose timeouts are long enough for any busy machine.
const LONG_TIMEOUTS: ConsumerOptions = ConsumerOptions {
    concurrency: 8,
    deadline: LONG,
    visibility: LONG,
    grace: LONG,
};

/// A consumer that runs the test's function, and records what it receives.
struct TestConsumer<F> {
    function: F,
    received: Arc<Mutex<Vec<ReceivedMessage>>>,
}

impl<F> TestConsumer<F> {
    fn new(function: F) -> (Self, Arc<Mutex<Vec<ReceivedMessage>>>) {
        let received = Arc::default();
        (
            Self {
                function,
                received: Arc::clone(&received),
            },
            received,
        )
    }
}

#[async_trait::async_trait]
impl<F, T> Consumer for TestConsumer<F>
where
    F: Fn(ReceivedMessage) -> T + Send + Sync + 'static,
    T: Future<Output = Ack> + Send,
{
    fn queue(&self) -> QueueName {
        QUEUE
    }

    async fn consume(&self, message: &ReceivedMessage) -> Ack {
        self.received.lock().unwrap().push(message.clone());
        (self.function)(message.clone()).await
    }
}

async fn send(fixture: &Fixture, payloads: impl IntoIterator<Item = serde_json::Value>) {
    let messages: Vec<_> = payloads
        .into_iter()
        .map(|payload| outbox_message(QUEUE, None, payload))
        .collect();
    let relay = fixture.relay(QUEUE);
    fixture.enqueue(&messages).await;
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
}

async fn depth(fixture: &Fixture) -> (u64, u64, u64) {
    let depth = fixture.queue.depth(QUEUE).await.unwrap();
    (depth.waiting, depth.in_flight, depth.dead)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_gone() {
    let fixture = Fixture::new().await;
    send(&fixture, (0..100).map(|n| json!(n))).await;
    let (consumer, received) = TestConsumer::new(async |_| Ack::Done);
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    let received = received.lock().unwrap();
    assert_eq!(received.len(), 100);
    assert!(received.iter().all(|message| message.receives == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_worked_on_at_once_than_agreed() {
    let fixture = Fixture::new().await;
    send(&fixture, (0..40).map(|n| json!(n))).await;
    let (now, max) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (now.clone(), max.clone());
    let (consumer, _) = TestConsumer::new(move |_| {
        let (now, max) = counts.clone();
        async move {
            max.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // None continues before the maximum number have been running at the same time.
            while max.load(Ordering::SeqCst) < 3 {
                yield_now().await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            Ack::Done
        }
    });
    let running = fixture.consume(
        consumer,
        ConsumerOptions {
            concurrency: 3,
            ..LONG_TIMEOUTS
        },
    );
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    assert_eq!(max.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_now_comes_again_and_is_dead_after_five() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("never"), json!("at last")]).await;
    let (consumer, received) = TestConsumer::new(async |message: ReceivedMessage| {
        if message.envelope.payload == "at last" && message.receives == 3 {
            Ack::Done
        } else {
            Ack::Retry {
                after: Some(Duration::from_millis(50)),
                reason: "planted".to_owned(),
            }
        }
    });
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("one is dead", async || depth(&fixture).await == (0, 0, 1)).await;
    running.stop().await;
    let mut times = HashMap::new();
    for message in received.lock().unwrap().iter() {
        *times
            .entry(message.envelope.payload.to_string())
            .or_insert(0) += 1;
    }
    assert_eq!(times["\"never\""], 5);
    assert_eq!(times["\"at last\""], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_done_is_dead_at_once() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("hopeless")]).await;
    let (consumer, received) = TestConsumer::new(async |_| Ack::dead_letter("planted"));
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("it is dead", async || depth(&fixture).await == (0, 0, 1)).await;
    running.stop().await;
    assert_eq!(received.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_waits_for_a_newer_worker() {
    let fixture = Fixture::new().await;
    // The gateway has the new version, and the worker the old one.
    send(&fixture, [json!("new")]).await;
    fixture
        .queue
        .send(QUEUE, &[Outgoing::new("{\"shape\": \"unheard of\"}")])
        .await
        .unwrap();
    let (consumer, received) = TestConsumer::new(async |_| Ack::UnknownKind);
    let old = fixture.consume(consumer, LONG_TIMEOUTS);
    until("both are given back", async || {
        depth(&fixture).await == (0, 2, 0)
    })
    .await;
    old.stop().await;
    assert_eq!(
        received.lock().unwrap().len(),
        1,
        "what is no envelope reaches no consumer"
    );
    assert_eq!(depth(&fixture).await, (0, 2, 0));
    // The delay ends, and a worker of the new version starts.
    fixture
        .execute("UPDATE queue_message SET visible_at = statement_timestamp()")
        .await;
    let (consumer, received) = TestConsumer::new(async |_| Ack::Done);
    let new = fixture.consume(consumer, LONG_TIMEOUTS);
    until("the new one knows it", async || {
        depth(&fixture).await == (0, 1, 0)
    })
    .await;
    new.stop().await;
    assert_eq!(received.lock().unwrap()[0].envelope.payload, "new");
}

/// Work that takes longer than the visibility timeout.
#[tokio::test(flavor = "multi_thread")]
async fn slow_work_stays_hidden() {
    const VISIBILITY: Duration = Duration::from_secs(2);
    let fixture = Fixture::new().await;
    // If the machine was too busy to extend in time, the attempt proves nothing and is repeated.
    for attempt in 0.. {
        send(&fixture, [json!("slow")]).await;
        fixture.queue.extensions.lock().unwrap().clear();
        let queue = fixture.queue.clone();
        let begun = Instant::now();
        let (consumer, received) = TestConsumer::new(move |_| {
            let queue = queue.clone();
            async move {
                // Without extensions it would be received again.
                sleep(2 * VISIBILITY).await;
                let extensions = queue.extensions.lock().unwrap().len();
                assert!(extensions >= 4, "{extensions}");
                Ack::Done
            }
        });
        let options = ConsumerOptions {
            visibility: VISIBILITY,
            ..LONG_TIMEOUTS
        };
        let running = fixture.consume(consumer, options);
        until("the queue is empty", async || {
            depth(&fixture).await == (0, 0, 0)
        })
        .await;
        running.stop().await;
        let mut extensions = vec![begun];
        extensions.extend(fixture.queue.extensions.lock().unwrap().iter());
        if extensions
            .windows(2)
            .all(|pair| pair[1] - pair[0] < VISIBILITY)
        {
            assert_eq!(received.lock().unwrap().len(), 1);
            return;
        }
        assert!(attempt < 10, "the machine is too slow for this test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_broken_off_at_its_deadline_and_waits_before_it_comes_again() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("stuck")]).await;
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = dropped.clone();
    let (consumer, received) = TestConsumer::new(move |_| {
        let counter = DropCounter(count.clone());
        async move {
            let _counter = counter;
            std::future::pending().await
        }
    });
    let options = ConsumerOptions {
        deadline: Duration::from_millis(300),
        visibility: Duration::from_hours(1),
        ..LONG_TIMEOUTS
    };
    let running = fixture.consume(consumer, options);
    until("it is broken off", async || {
        dropped.load(Ordering::SeqCst) == 1
    })
    .await;
    // It is delayed for some seconds, not for the hour of its visibility timeout.
    let waits = "SELECT count(*) AS count FROM queue_message
        WHERE receives = 1 AND visible_at < sent_at + interval '30 minutes' AND visible_at > sent_at + interval '2 seconds'";
    until("it is given back", async || fixture.count(waits).await == 1).await;
    assert_eq!(received.lock().unwrap().len(), 1);
    running.stop().await;
}

/// A third of the messages are poison, whose retries are delayed until all others are done.
#[tokio::test(flavor = "multi_thread")]
async fn poison_holds_nobody_up() {
    let fixture = Fixture::new().await;
    send(
        &fixture,
        (0..60).map(|n| {
            if n % 3 == 0 {
                json!("poison")
            } else {
                json!(n)
            }
        }),
    )
    .await;
    let (consumer, received) = TestConsumer::new(async |message: ReceivedMessage| {
        if message.envelope.payload == "poison" {
            return Ack::Retry {
                after: Some(Duration::from_hours(1)),
                reason: "planted".to_owned(),
            };
        }
        Ack::Done
    });
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    let good = || {
        received
            .lock()
            .unwrap()
            .iter()
            .filter(|it| it.envelope.payload != "poison")
            .count()
    };
    until("the good ones are done", async || good() == 40).await;
    until("the others are dead", async || {
        // Ends their delays.
        let wait = "UPDATE queue_message SET visible_at = statement_timestamp()
            WHERE visible_at > statement_timestamp() + interval '30 minutes'";
        fixture.execute(wait).await;
        depth(&fixture).await == (0, 0, 20)
    })
    .await;
    running.stop().await;
}

/// What ends within the grace period is finished.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_it_can() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("quick")]).await;
    let notify = Arc::new(Notify::new());
    let notified = notify.clone();
    let (consumer, received) = TestConsumer::new(move |_| {
        let notified = notified.clone();
        async move {
            notified.notified().await;
            Ack::Done
        }
    });
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("it is under way", async || {
        received.lock().unwrap().len() == 1
    })
    .await;
    let stopped = running.stop();
    tokio::join!(stopped, async { notify.notify_one() });
    assert_eq!(depth(&fixture).await, (0, 0, 0));
}

/// What does not end in time is returned to the queue at once for another worker.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_back_what_takes_too_long() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("long")]).await;
    let (consumer, received) = TestConsumer::new(async |_| std::future::pending().await);
    let options = ConsumerOptions {
        visibility: Duration::from_hours(1),
        grace: Duration::from_millis(300),
        ..LONG_TIMEOUTS
    };
    let running = fixture.consume(consumer, options);
    until("it is under way", async || {
        received.lock().unwrap().len() == 1
    })
    .await;
    running.stop().await;
    assert_eq!(depth(&fixture).await, (1, 0, 0));
    assert!(fixture.queued(QUEUE).await[0].payload == "long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_away_comes_back() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!(1)]).await;
    fixture.queue.down.store(true, Ordering::SeqCst);
    let (consumer, received) = TestConsumer::new(async |_| Ack::Done);
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("it was asked a few times", async || {
        fixture.queue.failed_calls.load(Ordering::SeqCst) >= 3
    })
    .await;
    assert!(received.lock().unwrap().is_empty());
    fixture.queue.down.store(false, Ordering::SeqCst);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
}

/// Increments a counter in the transaction that inserts the inbox row.
async fn increment_once(pool: &Pool, message: &ReceivedMessage) -> Ack {
    let transaction = pool.begin().await.unwrap();
    if !inbox::insert(&transaction, "test", message.envelope.id)
        .await
        .unwrap()
    {
        return Ack::Done;
    }
    sleep(Duration::from_millis(20)).await;
    transaction
        .execute_unprepared("UPDATE counted SET times = times + 1")
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    Ack::Done
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_has_its_effect_once() {
    let fixture = Fixture::new().await;
    fixture
        .execute("CREATE TABLE counted AS SELECT 0 AS times")
        .await;
    send(&fixture, (0..20).map(|n| json!(n))).await;
    // Each message is sent a second time, as by a relay that crashed before it marked the row as sent.
    let bodies = fixture.queued(QUEUE).await;
    for envelope in &bodies {
        let body = serde_json::to_string(envelope).unwrap();
        fixture
            .queue
            .send(QUEUE, &[Outgoing::new(body)])
            .await
            .unwrap();
    }
    let pool = fixture.pool.clone();
    let (consumer, received) = TestConsumer::new(move |message: ReceivedMessage| {
        let pool = pool.clone();
        async move { increment_once(&pool, &message).await }
    });
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    assert_eq!(received.lock().unwrap().len(), 40);
    let times: Vec<i32> = {
        let rows = fixture.pool.query_all_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Postgres,
            "SELECT times FROM counted",
        ));
        let rows = rows.await.unwrap();
        rows.iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect()
    };
    assert_eq!(times, [20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_whose_effect_happened_does_nothing_when_it_is_redriven() {
    let fixture = Fixture::new().await;
    fixture
        .execute("CREATE TABLE counted AS SELECT 0 AS times")
        .await;
    send(&fixture, [json!(1)]).await;
    let pool = fixture.pool.clone();
    // The effect is committed, and then processing fails, five times.
    let (consumer, received) = TestConsumer::new(move |message: ReceivedMessage| {
        let pool = pool.clone();
        async move {
            increment_once(&pool, &message).await;
            Ack::Retry {
                after: Some(Duration::ZERO),
                reason: "planted".to_owned(),
            }
        }
    });
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("it is dead", async || depth(&fixture).await == (0, 0, 1)).await;
    running.stop().await;
    assert_eq!(received.lock().unwrap().len(), 5);
    let dead: &dyn coach_domain::queue::DeadLetters =
        &PostgresQueue::open(fixture.pool.clone(), []).await.unwrap();
    assert_eq!(dead.redrive(QUEUE, &[], 10).await, Ok(1));
    let pool = fixture.pool.clone();
    let (consumer, _) = TestConsumer::new(move |message: ReceivedMessage| {
        let pool = pool.clone();
        async move { increment_once(&pool, &message).await }
    });
    let running = fixture.consume(consumer, LONG_TIMEOUTS);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    let one = "SELECT 1 / (times = 1)::integer FROM counted";
    fixture.execute(one).await;
}

/// Counts when it is dropped, to detect that a future has ended or was cancelled.
struct DropCounter(Arc<AtomicUsize>);

impl Drop for DropCounter {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_overran_its_visibility_is_left_to_who_has_the_message_now() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("slow")]).await;
    let (finished, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (finished.clone(), dropped.clone());
    let (consumer, received) = TestConsumer::new(move |message: ReceivedMessage| {
        let (finished, dropped) = counts.clone();
        async move {
            let _counter = DropCounter(dropped);
            if message.receives == 1 {
                std::future::pending::<()>().await;
            }
            finished.fetch_add(1, Ordering::SeqCst);
            Ack::Done
        }
    });
    // It is extended each second.
    let options = ConsumerOptions {
        visibility: Duration::from_secs(3),
        ..LONG_TIMEOUTS
    };
    let running = fixture.consume(consumer, options);
    until("it is being worked on", async || {
        !received.lock().unwrap().is_empty()
    })
    .await;
    // As if the process had been suspended for longer than the visibility timeout.
    fixture
        .execute(
            "UPDATE queue_message SET visible_at = statement_timestamp() - interval '1 second'",
        )
        .await;
    until("the first is broken off", async || {
        dropped.load(Ordering::SeqCst) == 2
    })
    .await;
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    assert_eq!(finished.load(Ordering::SeqCst), 1);
    assert_eq!(received.lock().unwrap().len(), 2);
}
