//! The inbox keeps the ids of processed messages for as long as a message can be repeated, and no longer.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{id, inbox};
use coach_tests::until;
use sea_orm::{FromQueryResult, TransactionTrait as _};

use crate::fixture::Fixture;

#[derive(FromQueryResult)]
struct Table {
    name: String,
}

async fn partitions(fixture: &Fixture) -> Vec<String> {
    let sql = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'inbox'::regclass ORDER BY 1";
    let tables = fixture.rows::<Table>(sql).await;
    tables.into_iter().map(|table| table.name).collect()
}

#[tokio::test]
async fn days_come_and_go_and_nothing_that_is_kept_is_forgotten() {
    let fixture = Fixture::new().await;
    let pool = &fixture.pool;
    let first: DateTime<Utc> = "2026-11-23T10:00:00Z".parse().unwrap();
    // Before there is a partition for this day.
    let early = id::new_v7(first);
    assert!(inbox::insert(pool, "test", early).await.unwrap());
    let mut inserted = vec![(first, early)];
    for day in 0..60 {
        let now = first + TimeDelta::days(day);
        inbox::rotate_partitions(pool, now).await.unwrap();
        inbox::rotate_partitions(pool, now).await.unwrap();
        let id = id::new_v7(now);
        assert!(inbox::insert(pool, "test", id).await.unwrap());
        inserted.push((now, id));
        for (at, id) in &inserted {
            if now - at <= TimeDelta::days(30) {
                assert!(
                    !inbox::insert(pool, "test", *id).await.unwrap(),
                    "{at} is forgotten at {now}"
                );
            }
        }
    }
    let now = first + TimeDelta::days(59);
    let remaining = partitions(&fixture).await;
    // 30 days, today, the next three days, and the default partition.
    assert_eq!(remaining.len(), 35, "{remaining:?}");
    assert!(!inbox::contains(pool, "test", early).await.unwrap());
    assert!(
        !inbox::contains(pool, "another", inserted[50].1)
            .await
            .unwrap()
    );
    assert!(inbox::contains(pool, "test", inserted[50].1).await.unwrap());
    assert!(remaining.contains(&format!("inbox_{}", now.format("%Y%m%d"))));
}

#[tokio::test]
async fn a_row_that_arrives_while_its_partition_is_created_stays_in_the_default_partition() {
    let fixture = Fixture::new().await;
    let now: DateTime<Utc> = "2026-11-23T10:00:00Z".parse().unwrap();
    let id = id::new_v7(now);
    let transaction = fixture.pool.begin().await.unwrap();
    assert!(inbox::insert(&transaction, "test", id).await.unwrap());
    let pool = fixture.pool.clone();
    let rotation = tokio::spawn(async move { inbox::rotate_partitions(&pool, now).await });
    // It has looked for such rows, and waits for the transaction.
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    until("the rotation waits for a lock", async || {
        fixture.count(waiting).await == 1
    })
    .await;
    transaction.commit().await.unwrap();
    rotation.await.unwrap().expect("no error for operators");
    assert!(inbox::contains(&fixture.pool, "test", id).await.unwrap());
    let partitions = partitions(&fixture).await;
    let rows = "SELECT tableoid::regclass::text AS name FROM inbox";
    let rows = fixture.rows::<Table>(rows).await;
    let tables: Vec<_> = rows.into_iter().map(|row| row.name).collect();
    assert_eq!(tables, ["inbox_other"], "{partitions:?}");
}
