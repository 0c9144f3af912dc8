//! The relay: messages in the outbox are sent, whatever fails meanwhile.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chrono::{SecondsFormat, TimeDelta};
use coach_domain::{
    clock::Clock as _,
    id::MemberId,
    object::{self, Attributes, Condition, ETag, Object, ObjectStore},
    outbox,
    queue::{MAX_BYTES, QueueName},
};
use coach_workers::relay::{DEFAULT_POLL_INTERVAL, Destination, Relay, Route, fetch_payload};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};
use serde_json::json;
use uuid::Uuid;

use crate::{
    events::CONSENTS,
    fixture::{BackgroundTask, Fixture, envelope_ids, ids, now, outbox_message, until},
    gateway::Gateway,
};

const QUEUE: QueueName = QueueName::Email;
const ORDERED: QueueName = QueueName::PartnerSync;

fn member(number: u128) -> MemberId {
    MemberId(Uuid::from_u128(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn many_relays_send_each_row_once_in_batches_of_ten() {
    const RELAYS: usize = 4;
    let fixture = Fixture::new().await;
    let messages: Vec<_> = (0..1_000)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    let relays: Vec<_> = (0..RELAYS).map(|_| fixture.relay(QUEUE)).collect();
    until("all is sent", async || fixture.unsent().await == 0).await;
    for relay in relays {
        relay.stop().await;
    }
    let queued = fixture.queued(QUEUE).await;
    assert_eq!(envelope_ids(&queued), ids(&messages));
    let batch_sizes = fixture.queue.batch_sizes.lock().unwrap();
    assert_eq!(batch_sizes.iter().sum::<usize>(), 1_000);
    // All were enqueued before the first relay polled, and relays claim multiples of ten. Relays that claim at the same
    // moment may share what is left: then the last claim of each ends with a batch that is not full, and only that one.
    let not_full = batch_sizes.iter().filter(|&&size| size != 10).count();
    assert!(not_full <= RELAYS, "{batch_sizes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_not_looked_at_again() {
    let fixture = Fixture::new().await;
    // As in the middle of a backlog of one queue: most rows are unsent, and many earlier ones are sent.
    let fill = "
        INSERT INTO outbox (id, queue, partition, envelope, created_at, sent_at)
        SELECT gen_random_uuid(), $1, 0, '{}', now(), CASE WHEN place <= 20000 THEN now() END
        FROM generate_series(1, 80000) AS place";
    let fill = Statement::from_sql_and_values(DbBackend::Postgres, fill, [QUEUE.as_str().into()]);
    fixture.pool.execute_raw(fill).await.unwrap();
    let analyze = "ANALYZE outbox";
    fixture.pool.execute_unprepared(analyze).await.unwrap();
    let transaction = fixture.pool.begin().await.unwrap();
    let read = async || {
        let sql = "
            SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))::bigint
            FROM pg_class
            WHERE relname LIKE 'outbox%' AND relkind IN ('r', 'i')";
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = transaction.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    let before = read().await;
    let claimed = outbox::claim(&transaction, QUEUE, None, 100, now(), now()).await;
    assert_eq!(claimed.unwrap().len(), 100);
    let read = read().await - before;
    assert!((100..2_000).contains(&read), "{read} rows and entries");
}

/// With a relay that hardly ever polls. `make bench BENCH=queue` measures how fast it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_this_process_is_sent_at_once() {
    let fixture = Fixture::new().await;
    let relay = fixture.relay_with_poll_interval(QUEUE, Duration::from_hours(1));
    for number in 0..20 {
        fixture
            .enqueue(&[outbox_message(QUEUE, None, json!(number))])
            .await;
        until("it is sent", async || fixture.unsent().await == 0).await;
    }
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_away_loses_nothing() {
    let fixture = Fixture::new().await;
    fixture.queue.down.store(true, Ordering::SeqCst);
    let relay = fixture.relay(QUEUE);
    let messages: Vec<_> = (0..50)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    // Long enough for the backoff to have grown, which has a limit.
    until("it was tried a few times", async || {
        fixture.queue.failed_calls.load(Ordering::SeqCst) >= 4
    })
    .await;
    assert_eq!(fixture.unsent().await, 50);
    fixture.queue.down.store(false, Ordering::SeqCst);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    assert_eq!(envelope_ids(&fixture.queued(QUEUE).await), ids(&messages));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_means_the_same_ids_again() {
    let fixture = Fixture::new().await;
    fixture.queue.loses_responses.store(true, Ordering::SeqCst);
    let relay = fixture.relay(QUEUE);
    let messages: Vec<_> = (0..5)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    until("it was sent", async || {
        fixture.queued(QUEUE).await.len() >= 5
    })
    .await;
    assert_eq!(fixture.unsent().await, 5);
    fixture.queue.loses_responses.store(false, Ordering::SeqCst);
    until("all is marked", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let mut queued = envelope_ids(&fixture.queued(QUEUE).await);
    assert!(queued.len() >= 10, "{}", queued.len());
    queued.dedup();
    assert_eq!(queued, ids(&messages));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_not_taken_holds_no_other_up() {
    let fixture = Fixture::new().await;
    *fixture.queue.rejected_text.lock().unwrap() = Some("poison");
    let relay = fixture.relay(QUEUE);
    let poison = outbox_message(QUEUE, None, json!("poison"));
    let good: Vec<_> = (0..35)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(std::slice::from_ref(&poison)).await;
    fixture.enqueue(&good).await;
    until("the others are sent", async || fixture.unsent().await == 1).await;
    assert_eq!(envelope_ids(&fixture.queued(QUEUE).await), ids(&good));
    *fixture.queue.rejected_text.lock().unwrap() = None;
    until("it goes in the end", async || fixture.unsent().await == 0).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_order_is_kept_a_row_that_is_not_taken_holds_up_its_own_alone() {
    let fixture = Fixture::new().await;
    *fixture.queue.rejected_text.lock().unwrap() = Some("poison");
    fixture
        .enqueue(&[outbox_message(ORDERED, Some(member(0)), json!("poison"))])
        .await;
    let relay = fixture.relay(ORDERED);
    until("it was not taken", async || {
        rows(&fixture, "attempts > 0 AND leased_until <= now()").await == 1
    })
    .await;
    for number in 0..30 {
        let all: Vec<_> = (0..20)
            .map(|n| outbox_message(ORDERED, Some(member(n)), json!(number)))
            .collect();
        fixture.enqueue(&all).await;
    }
    let poisoned = "(SELECT partition FROM outbox WHERE envelope LIKE '%poison%')";
    let others = format!("sent_at IS NULL AND partition <> {poisoned}");
    until("the others are sent", async || {
        rows(&fixture, &others).await == 0
    })
    .await;
    let own = format!("sent_at IS NOT NULL AND partition = {poisoned}");
    assert_eq!(rows(&fixture, &own).await, 0, "nothing overtakes it");
    *fixture.queue.rejected_text.lock().unwrap() = None;
    until("it goes in the end", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let first = &fixture.queued(ORDERED).await;
    let own = first.iter().filter(|it| it.member == Some(member(0)));
    let own: Vec<_> = own.map(|it| it.payload.clone()).collect();
    let expected = std::iter::once(json!("poison")).chain((0..30).map(|n| json!(n)));
    assert_eq!(own, expected.collect::<Vec<_>>());
}

async fn rows(fixture: &Fixture, condition: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM outbox WHERE {condition}");
    fixture.count(&sql).await
}

/// An object store that rejects all writes.
struct FullStore;

#[async_trait::async_trait]
impl ObjectStore for FullStore {
    async fn get(&self, _: &str) -> Result<Option<Object>, object::Error> {
        Ok(None)
    }

    async fn put(
        &self,
        _: &str,
        _: &[u8],
        _: &Attributes,
        _: &Condition,
    ) -> Result<ETag, object::Error> {
        Err(object::Error::Refused("planted".to_owned()))
    }

    async fn delete(&self, _: &str) -> Result<(), object::Error> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_cannot_be_put_away_holds_no_other_up() {
    let fixture = Fixture::new().await;
    let large = outbox_message(QUEUE, None, json!("x".repeat(300 * 1024)));
    let good: Vec<_> = (0..35)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(std::slice::from_ref(&large)).await;
    fixture.enqueue(&good).await;
    let relay = Relay {
        pool: fixture.pool.clone(),
        objects: Arc::new(FullStore),
        clock: fixture.clock.clone(),
        rate: None,
        poll_interval: DEFAULT_POLL_INTERVAL,
    };
    let route = Route {
        name: QUEUE,
        destination: Some(Destination::Queue(fixture.queue.clone())),
        keeps_order: false,
    };
    let running = BackgroundTask::start(|stop| relay.run(vec![route], stop));
    until("the others are sent", async || fixture.unsent().await == 1).await;
    running.stop().await;
    // Another relay, whose object store accepts it.
    let relay = fixture.relay(QUEUE);
    until("it goes in the end", async || fixture.unsent().await == 0).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_relay_had_claimed_is_sent_when_the_lease_is_over() {
    let (fixture, clock) = Fixture::with_clock().await;
    let messages: Vec<_> = (0..5)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    let lease = TimeDelta::seconds(30);
    let leased_until = clock.now() + lease;
    let claimed = outbox::claim(&fixture.pool, QUEUE, None, 3, clock.now(), leased_until)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 3);
    let relay = fixture.relay(QUEUE);
    until("the rest is sent", async || fixture.unsent().await == 3).await;
    // Messages enqueued later are sent by a later poll, and the claimed ones still are not.
    let later = outbox_message(QUEUE, None, json!("later"));
    fixture.enqueue(std::slice::from_ref(&later)).await;
    until("that one too", async || {
        fixture.queued(QUEUE).await.len() == 3
    })
    .await;
    assert_eq!(fixture.unsent().await, 3);
    clock.advance(lease);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let queued = envelope_ids(&fixture.queued(QUEUE).await);
    assert_eq!(queued, ids(messages.iter().chain([&later])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_payload_travels_as_a_reference() {
    let fixture = Fixture::new().await;
    let large = json!({ "text": "ä".repeat(MAX_BYTES) });
    let messages: Vec<_> = (0..3)
        .map(|_| outbox_message(QUEUE, None, large.clone()))
        .collect();
    fixture.enqueue(&messages).await;
    let relay = fixture.relay(QUEUE);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let queued = fixture.queued(QUEUE).await;
    assert_eq!(envelope_ids(&queued), ids(&messages));
    for mut envelope in queued {
        assert!(envelope.payload.is_null());
        fetch_payload(&mut envelope, &*fixture.objects)
            .await
            .unwrap();
        assert_eq!(envelope.payload, large);
    }
}

/// The payloads of each member's messages, in the order in which the queue received them.
async fn sequences(fixture: &Fixture) -> HashMap<MemberId, Vec<i64>> {
    let mut sequences: HashMap<_, Vec<_>> = HashMap::new();
    for envelope in fixture.queued(ORDERED).await {
        let member = envelope.member.expect("a member");
        let number = envelope.payload.as_i64().expect("a number");
        sequences.entry(member).or_default().push(number);
    }
    sequences
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_a_member_is_kept_whatever_happens() {
    let fixture = Fixture::new().await;
    let enqueue = async |from: i64, to: i64| {
        for number in from..to {
            let all: Vec<_> = (0..20)
                .map(|n| outbox_message(ORDERED, Some(member(n)), json!(number)))
                .collect();
            fixture.enqueue(&all).await;
        }
    };
    let (first, second) = (fixture.relay(ORDERED), fixture.relay(ORDERED));
    enqueue(0, 20).await;
    // The queue rejects one message of each member for a while, and is unavailable for another.
    *fixture.queue.rejected_text.lock().unwrap() = Some("\"payload\":23}");
    enqueue(20, 30).await;
    until("some were not taken", async || {
        rows(&fixture, "sent_at IS NULL AND attempts > 0").await > 0
    })
    .await;
    *fixture.queue.rejected_text.lock().unwrap() = None;
    fixture.queue.down.store(true, Ordering::SeqCst);
    enqueue(30, 40).await;
    until("it was away for somebody", async || {
        fixture.queue.failed_calls.load(Ordering::SeqCst) > 0
    })
    .await;
    fixture.queue.down.store(false, Ordering::SeqCst);
    // The relay that has the partitions stops, and the other takes over.
    first.stop().await;
    enqueue(40, 60).await;
    until("all is sent", async || fixture.unsent().await == 0).await;
    second.stop().await;
    let sequences = sequences(&fixture).await;
    assert_eq!(sequences.len(), 20);
    for (member, sequence) in sequences {
        assert_eq!(sequence, (0..60).collect::<Vec<_>>(), "{member:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_of_one_moment_the_sequence_tells_which_counts() {
    let fixture = Fixture::seeded().await;
    let gateway = Gateway::start(&fixture).await;
    // Clients send times in whole seconds. Of answers with the same time, the one that arrives last applies.
    let time = (now() - TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    for (key, granted) in [("1", true), ("2", false), ("3", true)] {
        let consents = json!([{ "purpose": "PARTNER_SHARING", "granted": granted }]);
        let input = json!({ "idempotencyKey": key, "occurredAt": time, "consents": consents });
        gateway.change("maya", CONSENTS, input).await;
    }
    let relay = fixture.relay(ORDERED);
    until("all is sent", async || {
        fixture.queued(ORDERED).await.len() == 3
    })
    .await;
    relay.stop().await;
    let mut envelopes = fixture.queued(ORDERED).await;
    assert!(
        envelopes.iter().all(|it| it.payload["changedAt"] == time),
        "{envelopes:?}"
    );
    envelopes.sort_by_key(|envelope| envelope.sequence);
    envelopes.dedup_by_key(|envelope| envelope.sequence);
    let granted: Vec<_> = envelopes
        .iter()
        .map(|it| it.payload["granted"].clone())
        .collect();
    assert_eq!(granted, [json!(true), json!(false), json!(true)]);
    assert!(envelopes[0].sequence > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_release_before_are_sent_in_order_with_their_sequence() {
    let fixture = Fixture::new().await;
    let messages: Vec<_> = (0..5)
        .map(|n| outbox_message(ORDERED, Some(member(1)), json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    let before = r#"
        UPDATE outbox
        SET message_group = NULL, envelope = concat('{"sequence":0,', substr(envelope, 2))
        WHERE sequence % 2 = 0"#;
    fixture.execute(before).await;
    let relay = fixture.relay(ORDERED);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    assert_eq!(sequences(&fixture).await[&member(1)], [0, 1, 2, 3, 4]);
    let queued = fixture.queued(ORDERED).await;
    let numbers: Vec<_> = queued.iter().map(|it| it.sequence).collect();
    assert!(numbers[0] > 0 && numbers.is_sorted(), "{numbers:?}");
    let groups = "SELECT count(DISTINCT sequence_group) FROM queue_message";
    assert_eq!(fixture.count(groups).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_of_a_dead_relay_are_taken_over_in_order() {
    let (fixture, clock) = Fixture::with_clock().await;
    let lease = TimeDelta::seconds(30);
    let (dead, leased_until) = (Uuid::from_u128(7), clock.now() + lease);
    let held = outbox::renew_partitions(&fixture.pool, ORDERED, dead, clock.now(), leased_until)
        .await
        .unwrap();
    assert_eq!(held.len(), 64);
    let messages: Vec<_> = (0..5)
        .map(|n| outbox_message(ORDERED, Some(member(1)), json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    let claimed = outbox::claim(
        &fixture.pool,
        ORDERED,
        Some(&held),
        2,
        clock.now(),
        leased_until,
    )
    .await
    .unwrap();
    assert_eq!(claimed.len(), 2);
    let relay = fixture.relay(ORDERED);
    // Each poll reads the clock, and starts only when the one before has ended.
    let reads = clock.reads();
    until("it has looked a few times", async || {
        clock.reads() > reads + 10
    })
    .await;
    assert!(
        fixture.queued(ORDERED).await.is_empty(),
        "nothing may overtake what is claimed"
    );
    clock.advance(lease);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    assert_eq!(sequences(&fixture).await[&member(1)], [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn sent_rows_are_forgotten_some_at_a_time() {
    let fixture = Fixture::new().await;
    let messages: Vec<_> = (0..7)
        .map(|n| outbox_message(QUEUE, None, json!(n)))
        .collect();
    fixture.enqueue(&messages).await;
    outbox::mark_sent(&fixture.pool, messages[..5].iter().map(|it| it.id), now())
        .await
        .unwrap();
    let later = now() + TimeDelta::seconds(1);
    for deleted in [3, 2, 0] {
        assert_eq!(
            outbox::PURGE.run(&fixture.pool, later, 3).await.unwrap(),
            deleted
        );
    }
    assert_eq!(fixture.unsent().await, 2);
}
