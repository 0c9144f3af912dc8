//! Behaviour that is specific to the queue on Postgres.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use coach_domain::{
    database::{self, Options, Pool},
    queue::{DEAD_LETTER_RETENTION, DeadLetters, Error, Outgoing, Queue, QueueName, Receipt},
};
use coach_tests::until;
use coach_workers::queue::PostgresQueue;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use tokio::time::Instant;

use crate::fixture::{
    LONG, MAX_WAIT, ORDERED, PLAIN, bodies, connect, empty_database, open, postgres,
};

async fn number(database: &Pool, sql: &str) -> i64 {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = database.query_one_raw(statement).await.expect(sql);
    row.expect("a row").try_get_by_index(0).expect("a number")
}

async fn execute(database: &Pool, sql: &str) {
    database.execute_unprepared(sql).await.expect(sql);
}

#[tokio::test]
async fn an_ordinary_pool_is_not_taken() {
    let url = empty_database().await;
    let ordinary = database::connect(&url, &Options::default()).await;
    let opened = PostgresQueue::open(ordinary.expect("a connection"), []).await;
    assert!(matches!(opened, Err(Error::Misconfigured(_))));
}

#[tokio::test]
async fn a_database_without_our_tables_says_what_to_do() {
    let fixture = postgres().await;
    execute(&fixture.database, "DROP TABLE queue_message").await;
    let sent = fixture.queue.send(PLAIN, &[Outgoing::new("a")]).await;
    let Err(Error::Misconfigured(why)) = sent else {
        panic!("{sent:?}");
    };
    assert!(why.contains("coach migrate"), "{why}");
}

/// A query plan that is made while the queue is empty must not scan the whole table when it is full. That holds for a
/// table that never had rows, and for one that was full before, whose file and indexes are still large.
#[tokio::test]
async fn a_backlog_is_never_read_whole() {
    let url = empty_database().await;
    for before in ["nothing", "a backlog"] {
        let setup = connect(&url).await;
        execute(&setup, "DELETE FROM queue_message").await;
        execute(&setup, "VACUUM ANALYZE queue_message").await;
        setup.close().await;
        let database = connect(&url).await;
        // Postgres reports what the setup's connection read only once it is closed, and that must not be counted.
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        until("others have gone", async || {
            number(&database, others).await == 0
        })
        .await;
        execute(&database, "SELECT pg_stat_reset()").await;
        let queue = open(&database).await;
        for ordered in [PLAIN, ORDERED] {
            assert_eq!(use_all(&queue, ordered).await, 0);
        }
        execute(&database, BACKLOG).await;
        let rounds = 20;
        for _ in 0..rounds {
            for ordered in [PLAIN, ORDERED] {
                assert_eq!(use_all(&queue, ordered).await, 10);
            }
        }
        // Postgres reports what a connection read when it is closed.
        database.close().await;
        let database = connect(&url).await;
        let count = async |sum: &str| {
            let sql =
                format!("SELECT {sum} FROM pg_stat_user_tables WHERE relname = 'queue_message'");
            number(&database, &sql).await
        };
        until("it is told", async || {
            count("idx_tup_fetch").await >= 2 * rounds * 10
        })
        .await;
        assert_eq!(count("seq_tup_read").await, 0, "after {before}");
        // Each message is read to be received, extended and deleted, and a few are read more often.
        for index in ["pkey", "waiting", "last", "group"] {
            let sql = format!(
                "SELECT idx_tup_fetch FROM pg_stat_user_indexes WHERE indexrelname = 'queue_message_{index}'"
            );
            let fetched = number(&database, &sql).await;
            assert!(
                fetched < 2 * rounds * 10 * 5,
                "after {before}: {fetched} rows through {index}"
            );
        }
        database.close().await;
    }
}

/// Runs each statement of the queue once, and returns the number of messages received.
async fn use_all(queue: &PostgresQueue, name: QueueName) -> usize {
    let received = queue.receive(name, 10, Duration::ZERO, LONG).await;
    let received = received.expect("received");
    for message in &received {
        let extended = queue.extend(name, &message.receipt, LONG).await;
        assert_eq!(extended, Ok(()));
    }
    let receipts: Vec<_> = received.iter().map(|it| it.receipt.clone()).collect();
    queue.delete(name, &receipts).await.expect("deleted");
    queue.list_dead_letters(name, 10).await.expect("looked");
    queue.redrive(name, &[], 10).await.expect("redriven");
    let unknown = ["1".to_owned()];
    queue.redrive(name, &unknown, 10).await.expect("redriven");
    queue.discard(name, &unknown).await.expect("discarded");
    queue.purge_expired(LONG).await.expect("tidied");
    received.len()
}

/// A backlog: half of it in each queue, and half of each in flight.
const BACKLOG: &str = "
    INSERT INTO queue_message (queue, body, sequence_group, sent_at, visible_at, receives)
    SELECT
        CASE WHEN n % 2 = 0 THEN 'email' ELSE 'partner-sync' END,
        'a',
        CASE WHEN n % 2 = 1 THEN 'group ' || n END,
        now(),
        now() + CASE WHEN n % 4 < 2 THEN interval '1 hour' ELSE interval '0' END,
        CASE WHEN n % 4 < 2 THEN 1 ELSE 0 END
    FROM generate_series(1, 20000) AS n";

#[tokio::test]
async fn a_send_belongs_to_the_transaction() {
    let fixture = postgres().await;
    let queue = open(&fixture.database).await;
    for commit in [false, true] {
        let transaction = fixture.database.begin().await.expect("begun");
        let body = if commit { "kept" } else { "undone" };
        let sent = queue
            .send_in(&transaction, PLAIN, &[Outgoing::new(body)])
            .await;
        assert_eq!(sent, Ok(vec![Ok(())]));
        assert_eq!(fixture.receive().await, []);
        if commit {
            transaction.commit().await.expect("committed");
        } else {
            transaction.rollback().await.expect("rolled back");
        }
    }
    assert_eq!(bodies(&fixture.receive().await), ["kept"]);
}

/// The receivers poll only after their maximum wait, and get batches for all of them: a send wakes one, which wakes the
/// next. `make bench BENCH=queue` measures how fast.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_wakes_as_many_as_it_feeds() {
    for receivers in [1, 8] {
        let database = connect(&empty_database().await).await;
        let queue = Arc::new(open(&database).await.with_poll_interval(LONG));
        let received = Arc::new(AtomicUsize::new(0));
        let waiting: Vec<_> = (0..receivers)
            .map(|_| {
                tokio::spawn(receive_repeatedly(
                    Arc::clone(&queue),
                    Arc::clone(&received),
                ))
            })
            .collect();
        for round in 1..=20 {
            let batch = vec![Outgoing::new("a"); receivers];
            queue.send(PLAIN, &batch).await.expect("sent");
            until("each of them is received", async || {
                received.load(SeqCst) == round * receivers
            })
            .await;
        }
        for one in waiting {
            assert!(!one.is_finished(), "it came because a wait was over");
            one.abort();
        }
    }
}

/// Receives until a message comes only because the wait is over.
async fn receive_repeatedly(queue: Arc<PostgresQueue>, received: Arc<AtomicUsize>) {
    let mut begun = Instant::now();
    while let Ok(some) = queue.receive(PLAIN, 1, MAX_WAIT, LONG).await
        && (some.is_empty() || begun.elapsed() < MAX_WAIT)
    {
        received.fetch_add(some.len(), SeqCst);
        begun = Instant::now();
    }
}

#[tokio::test]
async fn what_is_not_hidden_any_more_cannot_be_extended_but_deleted() {
    let fixture = postgres().await;
    fixture.send(&["a"]).await;
    let received = fixture.receive().await;
    let expire = "UPDATE queue_message SET visible_at = statement_timestamp()";
    execute(&fixture.database, expire).await;
    let extended = fixture
        .queue
        .extend(PLAIN, &received[0].receipt, LONG)
        .await;
    assert_eq!(extended, Err(Error::StaleReceipt));
    fixture.delete(PLAIN, &received[0]).await;
    assert_eq!(fixture.receive().await, []);
}

/// Nor by an invalid receipt.
#[tokio::test]
async fn a_dead_letter_is_not_deleted_by_its_last_receipt() {
    let fixture = postgres().await;
    fixture.send(&["a"]).await;
    let mut last = None;
    for _ in 0..5 {
        let message = fixture.receive_one().await;
        fixture.release(&message).await;
        last = Some(message.receipt);
    }
    let last = last.expect("five");
    for receipt in [last.0.as_str(), "1", "1/", "/5", "1/x", "", "1/5/5"] {
        let receipt = Receipt(receipt.to_owned());
        let deleted = fixture.try_delete(PLAIN, &receipt).await;
        assert_eq!(deleted, Err(Error::StaleReceipt), "{receipt:?}");
    }
    assert_eq!(
        fixture
            .queue
            .list_dead_letters(PLAIN, 10)
            .await
            .expect("looked")
            .len(),
        1
    );
}

#[tokio::test]
async fn a_send_is_known_for_five_minutes() {
    let fixture = postgres().await;
    let message = Outgoing {
        group: Some("a".to_owned()),
        deduplication: Some("b".to_owned()),
        ..Outgoing::new("c")
    };
    let ago = async |time: &str| {
        let sql = format!("UPDATE queue_sent SET sent_at = sent_at - interval '{time}'");
        execute(&fixture.database, &sql).await;
    };
    let waiting = async || fixture.queue.depth(ORDERED).await.expect("told").waiting;
    let send = async || {
        fixture
            .send_all(ORDERED, std::slice::from_ref(&message))
            .await;
    };
    send().await;
    ago("4 minutes 50 seconds").await;
    send().await;
    assert_eq!(waiting().await, 1);
    ago("10 seconds").await;
    send().await;
    assert_eq!(waiting().await, 2);
    send().await;
    assert_eq!(waiting().await, 2);
}

#[tokio::test]
async fn the_long_dead_are_forgotten() {
    let fixture = postgres().await;
    let queue = open(&fixture.database).await;
    let rows = "
        INSERT INTO queue_message (queue, body, sent_at, visible_at, receives)
        SELECT 'email', state, now() - interval '15 days', now() + since, receives
        FROM (VALUES
            ('long dead', interval '-14 days -1 minute', 5),
            ('dead', interval '-14 days 1 minute', 5),
            ('received for the last time', interval '1 hour', 5),
            ('waiting', interval '-15 days', 4)
        ) AS state (state, since, receives)
        CROSS JOIN generate_series(1, 2500)";
    execute(&fixture.database, rows).await;
    let sent = "
        INSERT INTO queue_sent (queue, deduplication, sent_at)
        SELECT 'partner-sync', 'old ' || n, now() - interval '6 minutes' FROM generate_series(1, 2500) AS n
        UNION ALL
        SELECT 'partner-sync', 'new ' || n, now() - interval '4 minutes' FROM generate_series(1, 10) AS n";
    execute(&fixture.database, sent).await;
    assert_eq!(queue.purge_expired(DEAD_LETTER_RETENTION).await, Ok(2_500));
    assert_eq!(queue.purge_expired(DEAD_LETTER_RETENTION).await, Ok(0));
    let depth = queue.depth(PLAIN).await.expect("told");
    assert_eq!(
        (depth.waiting, depth.in_flight, depth.dead),
        (2_500, 2_500, 2_500)
    );
    let known = "SELECT count(*) FROM queue_sent";
    assert_eq!(number(&fixture.database, known).await, 10);
}
