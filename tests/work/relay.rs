//! What is owed is sent, whatever happens meanwhile.

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
use coach_workers::relay::{LOOKS_EVERY, Outlet, Relay, Route, fetch_payload};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};
use serde_json::json;
use uuid::Uuid;

use crate::{
    events::CONSENTS,
    fixture::{Fixture, Running, effect, envelope_ids, ids, now, until},
    gateway::Gateway,
};

const QUEUE: QueueName = QueueName::Email;
const ORDERED: QueueName = QueueName::PartnerSync;

fn member(number: u128) -> MemberId {
    MemberId(Uuid::from_u128(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn many_relays_send_each_row_once_in_batches_of_ten() {
    let fixture = Fixture::new().await;
    let effects: Vec<_> = (0..1_000).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(&effects).await;
    let relays: Vec<_> = (0..4).map(|_| fixture.relay(QUEUE)).collect();
    until("all is sent", async || fixture.unsent().await == 0).await;
    for relay in relays {
        relay.stop().await;
    }
    let queued = fixture.queued(QUEUE).await;
    assert_eq!(envelope_ids(&queued), ids(&effects));
    let sends = fixture.queue.sends.lock().unwrap();
    assert_eq!(sends.iter().sum::<usize>(), 1_000);
    // All was owed before the first of them looked, and what one claims are whole tens.
    assert_eq!(**sends, [10; 100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_not_looked_at_again() {
    let fixture = Fixture::new().await;
    // As in the middle of a backlog of one queue: most is unsent, and much of what came before was sent.
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

/// By a relay that hardly ever looks by itself. How soon it is, `make bench BENCH=queue` measures.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_this_process_is_sent_at_once() {
    let fixture = Fixture::new().await;
    let relay = fixture.relay_looking(QUEUE, Duration::from_hours(1));
    for number in 0..20 {
        fixture.owe(&[effect(QUEUE, None, json!(number))]).await;
        until("it is sent", async || fixture.unsent().await == 0).await;
    }
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_away_loses_nothing() {
    let fixture = Fixture::new().await;
    fixture.queue.down.store(true, Ordering::SeqCst);
    let relay = fixture.relay(QUEUE);
    let effects: Vec<_> = (0..50).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(&effects).await;
    // Long enough for its waits to have become longer, which they are not for ever.
    until("it was tried a few times", async || {
        fixture.queue.in_vain.load(Ordering::SeqCst) >= 4
    })
    .await;
    assert_eq!(fixture.unsent().await, 50);
    fixture.queue.down.store(false, Ordering::SeqCst);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    assert_eq!(envelope_ids(&fixture.queued(QUEUE).await), ids(&effects));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_means_the_same_ids_again() {
    let fixture = Fixture::new().await;
    fixture.queue.deaf.store(true, Ordering::SeqCst);
    let relay = fixture.relay(QUEUE);
    let effects: Vec<_> = (0..5).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(&effects).await;
    until("it was sent", async || {
        fixture.queued(QUEUE).await.len() >= 5
    })
    .await;
    assert_eq!(fixture.unsent().await, 5);
    fixture.queue.deaf.store(false, Ordering::SeqCst);
    until("all is marked", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let mut queued = envelope_ids(&fixture.queued(QUEUE).await);
    assert!(queued.len() >= 10, "{}", queued.len());
    queued.dedup();
    assert_eq!(queued, ids(&effects));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_not_taken_holds_no_other_up() {
    let fixture = Fixture::new().await;
    *fixture.queue.refuses.lock().unwrap() = Some("poison");
    let relay = fixture.relay(QUEUE);
    let poison = effect(QUEUE, None, json!("poison"));
    let good: Vec<_> = (0..35).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(std::slice::from_ref(&poison)).await;
    fixture.owe(&good).await;
    until("the others are sent", async || fixture.unsent().await == 1).await;
    assert_eq!(envelope_ids(&fixture.queued(QUEUE).await), ids(&good));
    *fixture.queue.refuses.lock().unwrap() = None;
    until("it goes in the end", async || fixture.unsent().await == 0).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_order_is_kept_a_row_that_is_not_taken_holds_up_its_own_alone() {
    let fixture = Fixture::new().await;
    *fixture.queue.refuses.lock().unwrap() = Some("poison");
    fixture
        .owe(&[effect(ORDERED, Some(member(0)), json!("poison"))])
        .await;
    let relay = fixture.relay(ORDERED);
    until("it was not taken", async || {
        rows(&fixture, "attempts > 0 AND leased_until <= now()").await == 1
    })
    .await;
    for number in 0..30 {
        let all: Vec<_> = (0..20)
            .map(|n| effect(ORDERED, Some(member(n)), json!(number)))
            .collect();
        fixture.owe(&all).await;
    }
    let poisoned = "(SELECT partition FROM outbox WHERE envelope LIKE '%poison%')";
    let others = format!("sent_at IS NULL AND partition <> {poisoned}");
    until("the others are sent", async || {
        rows(&fixture, &others).await == 0
    })
    .await;
    let own = format!("sent_at IS NOT NULL AND partition = {poisoned}");
    assert_eq!(rows(&fixture, &own).await, 0, "nothing overtakes it");
    *fixture.queue.refuses.lock().unwrap() = None;
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

/// A store that takes nothing.
struct Full;

#[async_trait::async_trait]
impl ObjectStore for Full {
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
    let large = effect(QUEUE, None, json!("x".repeat(300 * 1024)));
    let good: Vec<_> = (0..35).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(std::slice::from_ref(&large)).await;
    fixture.owe(&good).await;
    let relay = Relay {
        pool: fixture.pool.clone(),
        objects: Arc::new(Full),
        clock: fixture.clock.clone(),
        rate: None,
        looks_every: LOOKS_EVERY,
    };
    let route = Route {
        name: QUEUE,
        outlet: Some(Outlet::Queue(fixture.queue.clone())),
        keeps_order: false,
    };
    let running = Running::start(|stop| relay.run(vec![route], stop));
    until("the others are sent", async || fixture.unsent().await == 1).await;
    running.stop().await;
    // Another, whose store takes it.
    let relay = fixture.relay(QUEUE);
    until("it goes in the end", async || fixture.unsent().await == 0).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_relay_had_claimed_is_sent_when_the_lease_is_over() {
    let (fixture, clock) = Fixture::with_clock().await;
    let effects: Vec<_> = (0..5).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(&effects).await;
    let lease = TimeDelta::seconds(30);
    let over = clock.now() + lease;
    let claimed = outbox::claim(&fixture.pool, QUEUE, None, 3, clock.now(), over)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 3);
    let relay = fixture.relay(QUEUE);
    until("the rest is sent", async || fixture.unsent().await == 3).await;
    // What is owed later is sent by a later look, and the claimed are left alone all the same.
    let later = effect(QUEUE, None, json!("later"));
    fixture.owe(std::slice::from_ref(&later)).await;
    until("that one too", async || {
        fixture.queued(QUEUE).await.len() == 3
    })
    .await;
    assert_eq!(fixture.unsent().await, 3);
    clock.advance(lease);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let queued = envelope_ids(&fixture.queued(QUEUE).await);
    assert_eq!(queued, ids(effects.iter().chain([&later])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_payload_travels_as_a_reference() {
    let fixture = Fixture::new().await;
    let large = json!({ "text": "ä".repeat(MAX_BYTES) });
    let effects: Vec<_> = (0..3).map(|_| effect(QUEUE, None, large.clone())).collect();
    fixture.owe(&effects).await;
    let relay = fixture.relay(QUEUE);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    let queued = fixture.queued(QUEUE).await;
    assert_eq!(envelope_ids(&queued), ids(&effects));
    for mut envelope in queued {
        assert!(envelope.payload.is_null());
        fetch_payload(&mut envelope, &*fixture.objects)
            .await
            .unwrap();
        assert_eq!(envelope.payload, large);
    }
}

/// Rows of a member in the order in which the queue got them.
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
    let owe = async |from: i64, to: i64| {
        for number in from..to {
            let all: Vec<_> = (0..20)
                .map(|n| effect(ORDERED, Some(member(n)), json!(number)))
                .collect();
            fixture.owe(&all).await;
        }
    };
    let (first, second) = (fixture.relay(ORDERED), fixture.relay(ORDERED));
    owe(0, 20).await;
    // It does not take one member's row for a while, and is away for another.
    *fixture.queue.refuses.lock().unwrap() = Some("\"payload\":23}");
    owe(20, 30).await;
    until("some were not taken", async || {
        rows(&fixture, "sent_at IS NULL AND attempts > 0").await > 0
    })
    .await;
    *fixture.queue.refuses.lock().unwrap() = None;
    fixture.queue.down.store(true, Ordering::SeqCst);
    owe(30, 40).await;
    until("it was away for somebody", async || {
        fixture.queue.in_vain.load(Ordering::SeqCst) > 0
    })
    .await;
    fixture.queue.down.store(false, Ordering::SeqCst);
    // The one that has the partitions goes; the other takes over.
    first.stop().await;
    owe(40, 60).await;
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
    let gateway = Gateway::over(&fixture).await;
    // By phones that write whole seconds; of one moment, what arrives last counts.
    let moment = (now() - TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    for (key, granted) in [("1", true), ("2", false), ("3", true)] {
        let consents = json!([{ "purpose": "PARTNER_SHARING", "granted": granted }]);
        let input = json!({ "idempotencyKey": key, "occurredAt": moment, "consents": consents });
        gateway.change("maya", CONSENTS, input).await;
    }
    let relay = fixture.relay(ORDERED);
    until("all is sent", async || {
        fixture.queued(ORDERED).await.len() == 3
    })
    .await;
    relay.stop().await;
    let mut told = fixture.queued(ORDERED).await;
    assert!(
        told.iter().all(|it| it.payload["changedAt"] == moment),
        "{told:?}"
    );
    told.sort_by_key(|envelope| envelope.sequence);
    told.dedup_by_key(|envelope| envelope.sequence);
    let granted: Vec<_> = told
        .iter()
        .map(|it| it.payload["granted"].clone())
        .collect();
    assert_eq!(granted, [json!(true), json!(false), json!(true)]);
    assert!(told[0].sequence > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_of_a_dead_relay_are_taken_over_in_order() {
    let (fixture, clock) = Fixture::with_clock().await;
    let lease = TimeDelta::seconds(30);
    let (dead, over) = (Uuid::from_u128(7), clock.now() + lease);
    let held = outbox::renew_partitions(&fixture.pool, ORDERED, dead, clock.now(), over)
        .await
        .unwrap();
    assert_eq!(held.len(), 64);
    let effects: Vec<_> = (0..5)
        .map(|n| effect(ORDERED, Some(member(1)), json!(n)))
        .collect();
    fixture.owe(&effects).await;
    let claimed = outbox::claim(&fixture.pool, ORDERED, Some(&held), 2, clock.now(), over)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 2);
    let relay = fixture.relay(ORDERED);
    // Each look asks the clock, and comes when the one before is done with.
    let looks = clock.asked();
    until("it has looked a few times", async || {
        clock.asked() > looks + 10
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
    let effects: Vec<_> = (0..7).map(|n| effect(QUEUE, None, json!(n))).collect();
    fixture.owe(&effects).await;
    outbox::mark(&fixture.pool, effects[..5].iter().map(|it| it.id), now())
        .await
        .unwrap();
    let later = now() + TimeDelta::seconds(1);
    for deleted in [3, 2, 0] {
        assert_eq!(
            outbox::forget(&fixture.pool, later, 3).await.unwrap(),
            deleted
        );
    }
    assert_eq!(fixture.unsent().await, 2);
}
