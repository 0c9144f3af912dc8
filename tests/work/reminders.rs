//! Reminders are enqueued once, by any number of workers, and even if they are late.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    reminder::{self, CheckInsDue, SubscriptionsExpiring, SubscriptionsLapsed},
};
use sea_orm::FromQueryResult;

use crate::fixture::Fixture;

#[derive(FromQueryResult)]
struct OutboxEnvelope {
    envelope: String,
}

/// The number of enqueued messages by member and kind.
async fn enqueued_counts(fixture: &Fixture) -> HashMap<(String, String), usize> {
    #[derive(FromQueryResult)]
    struct Name {
        id: uuid::Uuid,
        email: String,
    }
    let names = fixture
        .rows::<Name>("SELECT id, email FROM member WHERE email IS NOT NULL")
        .await;
    let mut counts = HashMap::new();
    for row in fixture
        .rows::<OutboxEnvelope>("SELECT envelope FROM outbox")
        .await
    {
        let envelope: coach_domain::queue::Envelope = serde_json::from_str(&row.envelope).unwrap();
        let member = envelope.member.expect("a member").0;
        let name = names
            .iter()
            .find(|name| name.id == member)
            .expect("of the demo");
        let name = name.email.split('@').next().unwrap().to_owned();
        *counts.entry((name, envelope.kind)).or_default() += 1;
    }
    counts
}

fn count(counts: &HashMap<(String, String), usize>, name: &str, kind: &str) -> usize {
    counts
        .get(&(name.to_owned(), kind.to_owned()))
        .copied()
        .unwrap_or(0)
}

async fn subscribe(fixture: &Fixture, name: &str, expires_at: DateTime<Utc>, will_renew: bool) {
    let sql = format!(
        "UPDATE subscription
         SET expires_at = '{expires_at}', trial_ends_at = NULL, grace_ends_at = NULL, will_renew = {will_renew}
         WHERE member_id = (SELECT id FROM member WHERE email = '{name}@demo.coach.example')"
    );
    fixture.execute(&sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_in_is_reminded_of_once_by_many_workers() {
    let fixture = Fixture::seeded().await;
    let now = SystemClock.now();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let pool = fixture.pool.clone();
            tokio::spawn(async move {
                reminder::enqueue_due::<CheckInsDue>(&pool, now)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut enqueued = 0;
    for task in tasks {
        enqueued += task.await.unwrap();
    }
    enqueued += reminder::enqueue_due::<CheckInsDue>(&fixture.pool, now)
        .await
        .unwrap();
    let counts = enqueued_counts(&fixture).await;
    assert_eq!(
        count(&counts, "chen", "email.check-in-due"),
        1,
        "{counts:?}"
    );
    assert_eq!(
        count(&counts, "maya", "email.check-in-due"),
        0,
        "she is in the middle"
    );
    assert_eq!(enqueued, counts.len());
    // Nor is it enqueued again a day later.
    let tomorrow = now + TimeDelta::days(1);
    reminder::enqueue_due::<CheckInsDue>(&fixture.pool, tomorrow)
        .await
        .unwrap();
    assert_eq!(
        count(
            &enqueued_counts(&fixture).await,
            "chen",
            "email.check-in-due"
        ),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_in_is_due_when_day_29_begins_where_the_member_lives() {
    let fixture = Fixture::seeded().await;
    for (zone, hour) in [
        ("Pacific/Kiritimati", -14),
        ("Pacific/Pago_Pago", 11),
        ("UTC", 0),
    ] {
        fixture
            .execute("DELETE FROM reminder; DELETE FROM outbox")
            .await;
        fixture
            .execute(&format!(
                "UPDATE member SET time_zone = '{zone}' WHERE email LIKE 'maya@%'"
            ))
            .await;
        fixture.execute("UPDATE cycle SET starts_on = '2026-11-01' WHERE closed_on IS NULL AND member_id = (SELECT id FROM member WHERE email LIKE 'maya@%')").await;
        let begins: DateTime<Utc> = "2026-11-29T00:00:00Z".parse().unwrap();
        let begins = begins + TimeDelta::hours(hour);
        for (at, times) in [(begins - TimeDelta::milliseconds(1), 0), (begins, 1)] {
            // The subscription is valid at that time.
            subscribe(&fixture, "maya", at + TimeDelta::days(100), true).await;
            reminder::enqueue_due::<CheckInsDue>(&fixture.pool, at)
                .await
                .unwrap();
            assert_eq!(
                count(
                    &enqueued_counts(&fixture).await,
                    "maya",
                    "email.check-in-due"
                ),
                times,
                "{zone} {at}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_subscription_is_reported_seven_days_before_and_after_it() {
    let fixture = Fixture::seeded().await;
    let end: DateTime<Utc> = "2027-03-01T12:00:00Z".parse().unwrap();
    subscribe(&fixture, "maya", end, false).await;
    // This one renews.
    subscribe(&fixture, "dani", end, true).await;
    let pool = &fixture.pool;
    let steps = [
        (-TimeDelta::days(7) - TimeDelta::seconds(1), 0, 0),
        (-TimeDelta::days(7), 1, 0),
        (-TimeDelta::days(1), 1, 0),
        (-TimeDelta::seconds(1), 1, 0),
        (TimeDelta::zero(), 1, 1),
        (TimeDelta::days(3), 1, 1),
    ];
    for (offset, expiring, lapsed) in steps {
        reminder::enqueue_due::<SubscriptionsExpiring>(pool, end + offset)
            .await
            .unwrap();
        reminder::enqueue_due::<SubscriptionsLapsed>(pool, end + offset)
            .await
            .unwrap();
        let counts = enqueued_counts(&fixture).await;
        assert_eq!(
            count(&counts, "maya", "email.subscription-expiring"),
            expiring,
            "{offset}"
        );
        assert_eq!(
            count(&counts, "maya", "email.subscription-lapsed"),
            lapsed,
            "{offset}"
        );
        assert_eq!(
            count(&counts, "maya", "partner.subscription"),
            lapsed,
            "{offset}"
        );
        assert_eq!(
            count(&counts, "dani", "email.subscription-expiring"),
            0,
            "{offset}"
        );
    }
    // Another subscription, which ends, has reminders of its own.
    let next = end + TimeDelta::days(31);
    subscribe(&fixture, "maya", next, false).await;
    reminder::enqueue_due::<SubscriptionsExpiring>(pool, next - TimeDelta::days(2))
        .await
        .unwrap();
    assert_eq!(
        count(
            &enqueued_counts(&fixture).await,
            "maya",
            "email.subscription-expiring"
        ),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_pause_the_missed_are_caught_up_with_but_not_for_ever() {
    let fixture = Fixture::seeded().await;
    let end: DateTime<Utc> = "2027-03-01T12:00:00Z".parse().unwrap();
    subscribe(&fixture, "maya", end, false).await;
    let late = end + TimeDelta::days(13);
    reminder::enqueue_due::<SubscriptionsLapsed>(&fixture.pool, late)
        .await
        .unwrap();
    assert_eq!(
        count(
            &enqueued_counts(&fixture).await,
            "maya",
            "email.subscription-lapsed"
        ),
        1
    );
    fixture
        .execute("DELETE FROM reminder; DELETE FROM outbox")
        .await;
    reminder::enqueue_due::<SubscriptionsLapsed>(&fixture.pool, end + TimeDelta::days(15))
        .await
        .unwrap();
    assert_eq!(
        count(
            &enqueued_counts(&fixture).await,
            "maya",
            "email.subscription-lapsed"
        ),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_given_in_batches_and_found_by_index() {
    let fixture = Fixture::seeded().await;
    fixture.execute(
        "INSERT INTO member (id, issuer, subject, display_name, email, locale, time_zone, units, purchase_token, created_at)
         SELECT gen_random_uuid(), 'test', n::text, 'N', NULL, 'en', 'UTC', 'METRIC', gen_random_uuid(), now()
         FROM generate_series(1, 1200) n;
         INSERT INTO subscription (member_id, id, expires_at, will_renew, updated_at)
         SELECT id, gen_random_uuid(), '2027-03-01T12:00:00Z', FALSE, now() FROM member WHERE issuer = 'test';
         ANALYZE",
    )
    .await;
    let now: DateTime<Utc> = "2027-02-27T00:00:00Z".parse().unwrap();
    let enqueued = reminder::enqueue_due::<SubscriptionsExpiring>(&fixture.pool, now)
        .await
        .unwrap();
    assert!(enqueued >= 1_200, "{enqueued}");
    assert_eq!(
        reminder::enqueue_due::<SubscriptionsExpiring>(&fixture.pool, now)
            .await
            .unwrap(),
        0
    );
}
