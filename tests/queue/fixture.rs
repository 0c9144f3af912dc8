//! A queue for one test, on Postgres or SQS.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use coach_domain::{
    database::{self, Options, Pool},
    queue::{DeadLetters, Outgoing, Queue, QueueName, Receipt, Received, Result},
};
pub(crate) use coach_tests::aws::sqs as client;
use coach_tests::{Ministack, Postgres};
use coach_workers::queue::{
    PostgresQueue, SqsQueue,
    sqs::{self, Addresses},
};

/// A queue without order.
pub(crate) const PLAIN: QueueName = QueueName::Email;
/// A FIFO queue.
pub(crate) const ORDERED: QueueName = QueueName::PartnerSync;

/// A visibility timeout that is longer than a test takes.
pub(crate) const LONG: Duration = Duration::from_mins(10);

/// The longest wait of a receive, for messages that must arrive even on a busy machine.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(20);

static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-queues");
    Postgres::start(&home)
});

/// `tests/run` installs it beside cargo's folder for temporary files.
static MINISTACK: LazyLock<Ministack> =
    LazyLock::new(|| Ministack::beside(env!("CARGO_TARGET_TMPDIR"), "sqs,sns"));

/// All operations of a queue.
pub(crate) trait Broker: Queue + DeadLetters {}

impl<Q: Queue + DeadLetters> Broker for Q {}

/// A queue, with helpers for tests.
pub(crate) struct Fixture {
    pub(crate) queue: Arc<dyn Broker>,
    pub(crate) database: Pool,
}

impl Fixture {
    /// Sends messages with these bodies, which must succeed.
    pub(crate) async fn send(&self, bodies: &[&str]) {
        let messages: Vec<_> = bodies.iter().map(|body| Outgoing::new(*body)).collect();
        self.send_all(PLAIN, &messages).await;
    }

    pub(crate) async fn send_all(&self, queue: QueueName, messages: &[Outgoing]) {
        for batch in messages.chunks(10) {
            let results = self.queue.send(queue, batch).await.expect("sent");
            assert_eq!(results, vec![Ok(()); batch.len()]);
        }
    }

    /// Receives up to ten available messages, which stay invisible for longer than the test takes.
    pub(crate) async fn receive(&self) -> Vec<Received> {
        self.receive_from(PLAIN, Duration::ZERO, LONG).await
    }

    pub(crate) async fn receive_from(
        &self,
        queue: QueueName,
        wait: Duration,
        visibility: Duration,
    ) -> Vec<Received> {
        let received = self.queue.receive(queue, 10, wait, visibility).await;
        received.expect("received")
    }

    /// Receives the only available message.
    pub(crate) async fn receive_one(&self) -> Received {
        let mut received = self.receive().await;
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }

    pub(crate) async fn release(&self, message: &Received) {
        self.release_on(PLAIN, message).await;
    }

    pub(crate) async fn release_on(&self, queue: QueueName, message: &Received) {
        let returned = self.queue.extend(queue, &message.receipt, Duration::ZERO);
        returned.await.expect("returned");
    }

    pub(crate) async fn delete(&self, queue: QueueName, message: &Received) {
        assert_eq!(self.try_delete(queue, &message.receipt).await, Ok(()));
    }

    pub(crate) async fn try_delete(&self, queue: QueueName, receipt: &Receipt) -> Result<()> {
        let deleted = self
            .queue
            .delete(queue, std::slice::from_ref(receipt))
            .await;
        let mut deleted = deleted.expect("answered");
        assert_eq!(deleted.len(), 1);
        deleted.remove(0)
    }

    /// Receives all available messages until they are dead letters. SQS moves these when it is received from again.
    pub(crate) async fn dead_letter_all(&self, queue: QueueName) {
        loop {
            let received = self.receive_from(queue, Duration::ZERO, LONG).await;
            if received.is_empty() {
                return;
            }
            for message in received {
                assert!(message.receives <= 5, "{message:?}");
                self.release_on(queue, &message).await;
            }
        }
    }
}

/// The bodies of messages.
pub(crate) fn bodies(messages: &[Received]) -> Vec<&str> {
    messages.iter().map(|it| it.body.as_str()).collect()
}

/// The URL of a new database with empty tables.
pub(crate) async fn empty_database() -> String {
    SERVER.empty().await
}

pub(crate) async fn connect(url: &str) -> Pool {
    let options = Options {
        acquire_timeout: Duration::from_secs(10),
        ..Options::for_queues()
    };
    database::connect(url, &options)
        .await
        .expect("a connection")
}

/// The queue on Postgres, with a database of its own.
pub(crate) async fn postgres() -> Fixture {
    let database = connect(&empty_database().await).await;
    Fixture {
        queue: Arc::new(open(&database).await),
        database,
    }
}

pub(crate) async fn open(database: &Pool) -> PostgresQueue {
    let opened = PostgresQueue::open(database.clone(), [ORDERED]).await;
    opened.expect("a pool for queues")
}

/// New queues on SQS, with a database of their own.
pub(crate) async fn sqs() -> Fixture {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let client = client(endpoint());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let names = [
        (PLAIN, format!("test-{count}-email")),
        (ORDERED, format!("test-{count}-partner-sync.fifo")),
    ];
    for (_, name) in &names {
        sqs::create(&client, name).await.expect("created");
    }
    let database = connect(&empty_database().await).await;
    let queue = SqsQueue::new(client, Addresses::from_iter(names), database.clone());
    Fixture {
        queue: Arc::new(queue),
        database,
    }
}

/// The endpoint of SQS.
pub(crate) fn endpoint() -> &'static str {
    MINISTACK.endpoint()
}
