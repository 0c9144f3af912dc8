//! What is received is done, given back, or dead.

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
    consumer::{Consumer, Consuming, Delivery, Verdict},
    queue::PostgresQueue,
};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;
use tokio::{sync::Notify, task::yield_now, time::sleep};

use crate::fixture::{Fixture, LONG, effect, until};

const QUEUE: QueueName = QueueName::Webhooks;

/// Nothing is too slow for it, however busy the machine is.
const PATIENT: Consuming = Consuming {
    concurrency: 8,
    deadline: LONG,
    visibility: LONG,
    grace: LONG,
};

/// Does what the test says, and remembers what it was given.
struct Doing<F> {
    does: F,
    given: Arc<Mutex<Vec<Delivery>>>,
}

impl<F> Doing<F> {
    fn new(does: F) -> (Self, Arc<Mutex<Vec<Delivery>>>) {
        let given = Arc::default();
        (
            Self {
                does,
                given: Arc::clone(&given),
            },
            given,
        )
    }
}

#[async_trait::async_trait]
impl<F, T> Consumer for Doing<F>
where
    F: Fn(Delivery) -> T + Send + Sync + 'static,
    T: Future<Output = Verdict> + Send,
{
    fn queue(&self) -> QueueName {
        QUEUE
    }

    async fn consume(&self, delivery: &Delivery) -> Verdict {
        self.given.lock().unwrap().push(delivery.clone());
        (self.does)(delivery.clone()).await
    }
}

async fn send(fixture: &Fixture, payloads: impl IntoIterator<Item = serde_json::Value>) {
    let effects: Vec<_> = payloads
        .into_iter()
        .map(|payload| effect(QUEUE, None, payload))
        .collect();
    let relay = fixture.relay(QUEUE);
    fixture.owe(&effects).await;
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
    let (consumer, given) = Doing::new(async |_| Verdict::Done);
    let running = fixture.consume(consumer, PATIENT);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    let given = given.lock().unwrap();
    assert_eq!(given.len(), 100);
    assert!(given.iter().all(|delivery| delivery.receives == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_worked_on_at_once_than_agreed() {
    let fixture = Fixture::new().await;
    send(&fixture, (0..40).map(|n| json!(n))).await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (now.clone(), most.clone());
    let (consumer, _) = Doing::new(move |_| {
        let (now, most) = counts.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Nobody goes on before as many as may be have been there at once.
            while most.load(Ordering::SeqCst) < 3 {
                yield_now().await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            Verdict::Done
        }
    });
    let running = fixture.consume(
        consumer,
        Consuming {
            concurrency: 3,
            ..PATIENT
        },
    );
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_now_comes_again_and_is_dead_after_five() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("never"), json!("at last")]).await;
    let (consumer, given) = Doing::new(async |delivery: Delivery| {
        if delivery.envelope.payload == "at last" && delivery.receives == 3 {
            Verdict::Done
        } else {
            Verdict::Retry {
                after: Some(Duration::from_millis(50)),
                reason: "planted".to_owned(),
            }
        }
    });
    let running = fixture.consume(consumer, PATIENT);
    until("one is dead", async || depth(&fixture).await == (0, 0, 1)).await;
    running.stop().await;
    let mut times = HashMap::new();
    for delivery in given.lock().unwrap().iter() {
        *times
            .entry(delivery.envelope.payload.to_string())
            .or_insert(0) += 1;
    }
    assert_eq!(times["\"never\""], 5);
    assert_eq!(times["\"at last\""], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_done_is_dead_at_once() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("hopeless")]).await;
    let (consumer, given) = Doing::new(async |_| Verdict::fail("planted"));
    let running = fixture.consume(consumer, PATIENT);
    until("it is dead", async || depth(&fixture).await == (0, 0, 1)).await;
    running.stop().await;
    assert_eq!(given.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_waits_for_a_newer_worker() {
    let fixture = Fixture::new().await;
    // The gateway is of the new version already, the worker of the old one.
    send(&fixture, [json!("new")]).await;
    fixture
        .queue
        .send(QUEUE, &[Outgoing::new("{\"shape\": \"unheard of\"}")])
        .await
        .unwrap();
    let (consumer, given) = Doing::new(async |_| Verdict::Unknown);
    let old = fixture.consume(consumer, PATIENT);
    until("both are given back", async || {
        depth(&fixture).await == (0, 2, 0)
    })
    .await;
    old.stop().await;
    assert_eq!(
        given.lock().unwrap().len(),
        1,
        "what is no envelope reaches no consumer"
    );
    assert_eq!(depth(&fixture).await, (0, 2, 0));
    // Their wait is over, and the new worker is there.
    fixture
        .execute("UPDATE queue_message SET visible_at = statement_timestamp()")
        .await;
    let (consumer, given) = Doing::new(async |_| Verdict::Done);
    let new = fixture.consume(consumer, PATIENT);
    until("the new one knows it", async || {
        depth(&fixture).await == (0, 1, 0)
    })
    .await;
    new.stop().await;
    assert_eq!(given.lock().unwrap()[0].envelope.payload, "new");
}

/// Work that takes longer than its message is hidden at first.
#[tokio::test(flavor = "multi_thread")]
async fn slow_work_stays_hidden() {
    const VISIBILITY: Duration = Duration::from_secs(2);
    let fixture = Fixture::new().await;
    // A machine that stands still for longer than the message is hidden shows nothing, and is asked again.
    for attempt in 0.. {
        send(&fixture, [json!("slow")]).await;
        fixture.queue.extensions.lock().unwrap().clear();
        let queue = fixture.queue.clone();
        let begun = Instant::now();
        let (consumer, given) = Doing::new(move |_| {
            let queue = queue.clone();
            async move {
                // It would have come again.
                sleep(2 * VISIBILITY).await;
                let extensions = queue.extensions.lock().unwrap().len();
                assert!(extensions >= 4, "{extensions}");
                Verdict::Done
            }
        });
        let consuming = Consuming {
            visibility: VISIBILITY,
            ..PATIENT
        };
        let running = fixture.consume(consumer, consuming);
        until("the queue is empty", async || {
            depth(&fixture).await == (0, 0, 0)
        })
        .await;
        running.stop().await;
        let mut kept = vec![begun];
        kept.extend(fixture.queue.extensions.lock().unwrap().iter());
        if kept.windows(2).all(|pair| pair[1] - pair[0] < VISIBILITY) {
            assert_eq!(given.lock().unwrap().len(), 1);
            return;
        }
        assert!(attempt < 10, "the machine is too slow for this test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_broken_off_at_its_deadline_and_waits_before_it_comes_again() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("stuck")]).await;
    let ended = Arc::new(AtomicUsize::new(0));
    let count = ended.clone();
    let (consumer, given) = Doing::new(move |_| {
        let ending = Ending(count.clone());
        async move {
            let _ending = ending;
            std::future::pending().await
        }
    });
    let consuming = Consuming {
        deadline: Duration::from_millis(300),
        visibility: Duration::from_hours(1),
        ..PATIENT
    };
    let running = fixture.consume(consumer, consuming);
    until("it is broken off", async || {
        ended.load(Ordering::SeqCst) == 1
    })
    .await;
    // For some seconds, and no longer for an hour.
    let waits = "SELECT count(*) AS count FROM queue_message
        WHERE receives = 1 AND visible_at < sent_at + interval '30 minutes' AND visible_at > sent_at + interval '2 seconds'";
    until("it is given back", async || fixture.count(waits).await == 1).await;
    assert_eq!(given.lock().unwrap().len(), 1);
    running.stop().await;
}

/// A third of all is poison, and it waits between its tries until every good one is done.
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
    let (consumer, given) = Doing::new(async |delivery: Delivery| {
        if delivery.envelope.payload == "poison" {
            return Verdict::Retry {
                after: Some(Duration::from_hours(1)),
                reason: "planted".to_owned(),
            };
        }
        Verdict::Done
    });
    let running = fixture.consume(consumer, PATIENT);
    let good = || {
        given
            .lock()
            .unwrap()
            .iter()
            .filter(|it| it.envelope.payload != "poison")
            .count()
    };
    until("the good ones are done", async || good() == 40).await;
    until("the others are dead", async || {
        // Their waits are over at once, now.
        let wait = "UPDATE queue_message SET visible_at = statement_timestamp()
            WHERE visible_at > statement_timestamp() + interval '30 minutes'";
        fixture.execute(wait).await;
        depth(&fixture).await == (0, 0, 20)
    })
    .await;
    running.stop().await;
}

/// What ends within the grace is finished.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_it_can() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("quick")]).await;
    let ends = Arc::new(Notify::new());
    let told = ends.clone();
    let (consumer, given) = Doing::new(move |_| {
        let told = told.clone();
        async move {
            told.notified().await;
            Verdict::Done
        }
    });
    let running = fixture.consume(consumer, PATIENT);
    until("it is under way", async || given.lock().unwrap().len() == 1).await;
    let stopped = running.stop();
    tokio::join!(stopped, async { ends.notify_one() });
    assert_eq!(depth(&fixture).await, (0, 0, 0));
}

/// And what does not is there for another worker at once, and not hidden any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_back_what_takes_too_long() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("long")]).await;
    let (consumer, given) = Doing::new(async |_| std::future::pending().await);
    let consuming = Consuming {
        visibility: Duration::from_hours(1),
        grace: Duration::from_millis(300),
        ..PATIENT
    };
    let running = fixture.consume(consumer, consuming);
    until("it is under way", async || given.lock().unwrap().len() == 1).await;
    running.stop().await;
    assert_eq!(depth(&fixture).await, (1, 0, 0));
    assert!(fixture.queued(QUEUE).await[0].payload == "long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_away_comes_back() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!(1)]).await;
    fixture.queue.down.store(true, Ordering::SeqCst);
    let (consumer, given) = Doing::new(async |_| Verdict::Done);
    let running = fixture.consume(consumer, PATIENT);
    until("it was asked a few times", async || {
        fixture.queue.in_vain.load(Ordering::SeqCst) >= 3
    })
    .await;
    assert!(given.lock().unwrap().is_empty());
    fixture.queue.down.store(false, Ordering::SeqCst);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
}

/// An effect in the database, in the transaction of its inbox row.
async fn count_up(pool: &Pool, delivery: &Delivery) -> Verdict {
    let transaction = pool.begin().await.unwrap();
    if !inbox::enter(&transaction, "test", delivery.envelope.id)
        .await
        .unwrap()
    {
        return Verdict::Done;
    }
    sleep(Duration::from_millis(20)).await;
    transaction
        .execute_unprepared("UPDATE counted SET times = times + 1")
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    Verdict::Done
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_has_its_effect_once() {
    let fixture = Fixture::new().await;
    fixture
        .execute("CREATE TABLE counted AS SELECT 0 AS times")
        .await;
    send(&fixture, (0..20).map(|n| json!(n))).await;
    // Each a second time, under the same envelope id: what a relay that died before the mark does.
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
    let (consumer, given) = Doing::new(move |delivery: Delivery| {
        let pool = pool.clone();
        async move { count_up(&pool, &delivery).await }
    });
    let running = fixture.consume(consumer, PATIENT);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    assert_eq!(given.lock().unwrap().len(), 40);
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
    // Its effect is committed, and then it fails, five times.
    let (consumer, given) = Doing::new(move |delivery: Delivery| {
        let pool = pool.clone();
        async move {
            count_up(&pool, &delivery).await;
            Verdict::Retry {
                after: Some(Duration::ZERO),
                reason: "planted".to_owned(),
            }
        }
    });
    let running = fixture.consume(consumer, PATIENT);
    until("it is dead", async || depth(&fixture).await == (0, 0, 1)).await;
    running.stop().await;
    assert_eq!(given.lock().unwrap().len(), 5);
    let dead: &dyn coach_domain::queue::DeadLetters =
        &PostgresQueue::open(fixture.pool.clone(), []).await.unwrap();
    assert_eq!(dead.redrive(QUEUE, &[], 10).await, Ok(1));
    let pool = fixture.pool.clone();
    let (consumer, _) = Doing::new(move |delivery: Delivery| {
        let pool = pool.clone();
        async move { count_up(&pool, &delivery).await }
    });
    let running = fixture.consume(consumer, PATIENT);
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    let one = "SELECT 1 / (times = 1)::integer FROM counted";
    fixture.execute(one).await;
}

/// Tells when the work that holds it ends, however that comes about.
struct Ending(Arc<AtomicUsize>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_overran_its_visibility_is_left_to_who_has_the_message_now() {
    let fixture = Fixture::new().await;
    send(&fixture, [json!("slow")]).await;
    let (finished, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (finished.clone(), ended.clone());
    let (consumer, given) = Doing::new(move |delivery: Delivery| {
        let (finished, ended) = counts.clone();
        async move {
            let _ending = Ending(ended);
            if delivery.receives == 1 {
                std::future::pending::<()>().await;
            }
            finished.fetch_add(1, Ordering::SeqCst);
            Verdict::Done
        }
    });
    // It is looked after each second.
    let consuming = Consuming {
        visibility: Duration::from_secs(3),
        ..PATIENT
    };
    let running = fixture.consume(consumer, consuming);
    until("it is being worked on", async || {
        !given.lock().unwrap().is_empty()
    })
    .await;
    // As if the process had been stopped for longer than the message was hidden.
    fixture
        .execute(
            "UPDATE queue_message SET visible_at = statement_timestamp() - interval '1 second'",
        )
        .await;
    until("the first is broken off", async || {
        ended.load(Ordering::SeqCst) == 2
    })
    .await;
    until("the queue is empty", async || {
        depth(&fixture).await == (0, 0, 0)
    })
    .await;
    running.stop().await;
    assert_eq!(finished.load(Ordering::SeqCst), 1);
    assert_eq!(given.lock().unwrap().len(), 2);
}
