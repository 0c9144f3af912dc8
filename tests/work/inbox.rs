//! What was done is remembered for as long as it can come again, and no longer.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{id, inbox};
use sea_orm::FromQueryResult;

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
    // Before anybody has made a partition.
    let early = id::at(first);
    assert!(inbox::enter(pool, "test", early).await.unwrap());
    let mut entered = vec![(first, early)];
    for day in 0..60 {
        let now = first + TimeDelta::days(day);
        inbox::turn_over(pool, now).await.unwrap();
        inbox::turn_over(pool, now).await.unwrap();
        let id = id::at(now);
        assert!(inbox::enter(pool, "test", id).await.unwrap());
        entered.push((now, id));
        for (at, id) in &entered {
            if now - at <= TimeDelta::days(30) {
                assert!(
                    !inbox::enter(pool, "test", *id).await.unwrap(),
                    "{at} is forgotten at {now}"
                );
            }
        }
    }
    let now = first + TimeDelta::days(59);
    let kept = partitions(&fixture).await;
    // 30 days and today, three ahead, and the one for all others.
    assert_eq!(kept.len(), 35, "{kept:?}");
    assert!(!inbox::holds(pool, "test", early).await.unwrap());
    assert!(!inbox::holds(pool, "another", entered[50].1).await.unwrap());
    assert!(inbox::holds(pool, "test", entered[50].1).await.unwrap());
    assert!(kept.contains(&format!("inbox_{}", now.format("%Y%m%d"))));
}
