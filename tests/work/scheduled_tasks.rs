//! Scheduled tasks, in which one invalid row must not keep others from being processed.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    account::export::remove_expired,
    clock::{Clock as _, SystemClock},
    inbox,
    object::{self, Attributes, Condition, ETag, Object, ObjectStore},
    reminder::{self, CheckInsDue, SubscriptionsExpiring},
};
use sea_orm::FromQueryResult;

use crate::fixture::Fixture;

/// An object store that fails to delete one of its objects.
struct UndeletableStore<S> {
    store: S,
    undeletable_key: Mutex<String>,
}

#[async_trait::async_trait]
impl<S: ObjectStore> ObjectStore for UndeletableStore<S> {
    async fn get(&self, key: &str) -> Result<Option<Object>, object::Error> {
        self.store.get(key).await
    }

    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        attributes: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, object::Error> {
        self.store.put(key, bytes, attributes, condition).await
    }

    async fn delete(&self, key: &str) -> Result<(), object::Error> {
        if *self.undeletable_key.lock().expect("not poisoned") == key {
            return Err(object::Error::Refused("planted".to_owned()));
        }
        self.store.delete(key).await
    }
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

async fn count(fixture: &Fixture, from: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {from}");
    fixture.rows::<Count>(&sql).await[0].count
}

/// Four members whose check-in is due, one of them in an unknown time zone, as if the server's time zone data lacked
/// it.
#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_nobody_knows_stops_nobodys_reminder() {
    let fixture = Fixture::seeded().await;
    let now = SystemClock.now();
    fixture
        .execute(
            "DELETE FROM reminder;
             UPDATE member SET time_zone = 'UTC';
             UPDATE member SET time_zone = 'Mars/Phobos' WHERE email LIKE 'maya@%';
             UPDATE cycle c SET starts_on = (now() AT TIME ZONE 'UTC')::date - 28, closed_on = NULL
             WHERE id = (SELECT l.id FROM cycle l WHERE l.member_id = c.member_id ORDER BY number DESC, starts_on DESC
                         LIMIT 1);
             UPDATE plan SET status = 'ACTIVE', ended_on = NULL
             WHERE id IN (SELECT plan_id FROM cycle WHERE closed_on IS NULL);
             UPDATE subscription SET trial_ends_at = NULL, expires_at = NULL, grace_ends_at = NULL",
        )
        .await;
    let due =
        "cycle c JOIN plan p ON p.id = c.plan_id AND p.status = 'ACTIVE' WHERE c.closed_on IS NULL
        AND EXISTS (SELECT FROM subscription s WHERE s.member_id = c.member_id)";
    let due = count(&fixture, due).await;
    assert!(due >= 4, "{due}");
    let enqueued = reminder::enqueue_due::<CheckInsDue>(&fixture.pool, now).await;
    assert_eq!(
        enqueued.expect("enqueued"),
        usize::try_from(due).expect("few")
    );
    let maya = "reminder r JOIN member m ON m.id = r.member_id WHERE m.time_zone = 'Mars/Phobos'";
    assert_eq!(count(&fixture, maya).await, 1, "by the date in UTC");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_reminded_is_passed_over_and_named() {
    let fixture = Fixture::seeded().await;
    fixture.execute(
        "INSERT INTO member (id, issuer, subject, display_name, email, locale, time_zone, units, purchase_token, created_at)
         SELECT gen_random_uuid(), 'test', n::text, 'N', NULL, 'en', 'UTC', 'METRIC', gen_random_uuid(), now()
         FROM generate_series(1, 700) n;
         INSERT INTO subscription (member_id, id, expires_at, will_renew, updated_at)
         SELECT id, gen_random_uuid(), '2027-03-01T12:00:00Z', FALSE, now() FROM member WHERE issuer = 'test';
         CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'this row is bad'; END $$;
         CREATE TRIGGER refused BEFORE INSERT ON reminder FOR EACH ROW
         WHEN (NEW.kind = 'SUBSCRIPTION_EXPIRING' AND substr(NEW.member_id::text, 36) = '7')
         EXECUTE FUNCTION refused()",
    )
    .await;
    let now: DateTime<Utc> = "2027-02-27T00:00:00Z".parse().expect("a moment");
    let bad = "member WHERE issuer = 'test' AND substr(id::text, 36) = '7'";
    let bad = count(&fixture, bad).await;
    assert!((10..99).contains(&bad), "by chance one in sixteen: {bad}");
    // It returns an error, and all other members have been reminded.
    let enqueued = reminder::enqueue_due::<SubscriptionsExpiring>(&fixture.pool, now).await;
    assert!(enqueued.is_err());
    let good = "reminder r JOIN member m ON m.id = r.member_id WHERE m.issuer = 'test'";
    assert_eq!(count(&fixture, good).await, 700 - bad);
    // Once the rows are valid, they are reminded too.
    fixture.execute("DROP TRIGGER refused ON reminder").await;
    let enqueued = reminder::enqueue_due::<SubscriptionsExpiring>(&fixture.pool, now).await;
    assert_eq!(
        enqueued.expect("enqueued"),
        usize::try_from(bad).expect("few")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_cannot_be_removed_keeps_no_other() {
    let fixture = Fixture::seeded().await;
    fixture
        .execute(
            "INSERT INTO data_export (id, member_id, object_key, requested_at, expires_at)
             SELECT gen_random_uuid(), NULL, 'exports/' || n || '.json', now(), now() - n * interval '1 hour'
             FROM generate_series(1, 5) n",
        )
        .await;
    let store = UndeletableStore {
        store: coach_workers::object::Folder::new(
            std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("objects-that-stay"),
        ),
        // The object that is deleted first.
        undeletable_key: Mutex::new("exports/5.json".to_owned()),
    };
    let removed = remove_expired(&fixture.pool, &SystemClock, &store, 10).await;
    assert!(removed.is_err());
    assert_eq!(count(&fixture, "data_export").await, 1);
    *store.undeletable_key.lock().expect("not poisoned") = String::new();
    let removed = remove_expired(&fixture.pool, &SystemClock, &store, 10).await;
    assert_eq!(removed.expect("removed"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_the_inbox_that_cannot_be_made_or_dropped_keeps_no_other() {
    let fixture = Fixture::new().await;
    let now: DateTime<Utc> = "2026-11-23T10:00:00Z".parse().expect("a moment");
    // The first partition cannot be dropped, because a view depends on it.
    fixture
        .execute(
            "CREATE TABLE inbox_20261001 PARTITION OF inbox
             FOR VALUES FROM ('00000000-0000-0000-0000-000000000000') TO ('00000000-0000-0000-0000-000000000001');
             CREATE TABLE inbox_20261002 PARTITION OF inbox
             FOR VALUES FROM ('00000000-0000-0000-0000-000000000001') TO ('00000000-0000-0000-0000-000000000002');
             CREATE VIEW holds AS SELECT envelope_id FROM inbox_20261001",
        )
        .await;
    let rotated = inbox::rotate_partitions(&fixture.pool, now).await;
    assert!(rotated.is_err());
    let left = "pg_class WHERE relname IN ('inbox_20261001', 'inbox_20261002', 'inbox_20261126')";
    assert_eq!(
        count(&fixture, left).await,
        2,
        "one was dropped and the days ahead were made"
    );
    fixture.execute("DROP VIEW holds").await;
    let rotated = inbox::rotate_partitions(&fixture.pool, now + TimeDelta::days(1)).await;
    assert_eq!(rotated.expect("rotated"), 1);
}
