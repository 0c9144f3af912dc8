//! The numbers that workers report of the whole installation.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    check_in,
    subscription::{self, Access, Entitlement},
};
use coach_tests::member;

use crate::fixture::{Fixture, now};

/// Whole days, as Postgres stores them.
fn day(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + number)
}

#[tokio::test]
async fn subscriptions_are_counted_by_the_access_that_they_grant() {
    let fixture = Fixture::seeded().await;
    let ends = [None, Some(-1), Some(0), Some(1), Some(2)];
    fixture.execute("DELETE FROM subscription").await;
    let mut expected = [0; 4];
    let states = [Access::Trial, Access::Active, Access::Grace, Access::Lapsed];
    for trial in ends {
        for period in ends {
            for grace in ends {
                let entitlement = Entitlement {
                    trial_ends_at: trial.map(day),
                    expires_at: period.map(day),
                    grace_ends_at: grace.map(day),
                    ..Entitlement::default()
                };
                let access = entitlement.access(day(0));
                let state = states.iter().position(|state| *state == access);
                expected[state.expect("a state")] += 1;
                let text = |end: Option<i64>| {
                    end.map_or("NULL".to_owned(), |end| {
                        format!("'{}'", day(end).to_rfc3339())
                    })
                };
                let sql = format!(
                    "INSERT INTO subscription
                         (member_id, id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at)
                     SELECT id, gen_random_uuid(), {}, {}, {}, TRUE, now() FROM member LIMIT 1",
                    text(trial),
                    text(period),
                    text(grace),
                );
                fixture.execute(&sql).await;
            }
        }
    }
    let counts = subscription::count(&fixture.pool, day(0))
        .await
        .expect("counts");
    let counted = states.map(|state| {
        let count = counts.iter().find(|(access, _)| *access == state);
        count.map_or(0, |(_, count)| *count)
    });
    assert_eq!(counted, expected);
    assert!(expected.iter().all(|count| *count > 0), "{expected:?}");
}

#[tokio::test]
async fn check_ins_are_due_from_the_day_after_the_cycle_until_they_are_submitted() {
    let fixture = Fixture::seeded().await;
    let count = async |at| {
        check_in::count_due(&fixture.pool, at)
            .await
            .expect("a count")
    };
    // Chen's.
    assert_eq!(count(now()).await, 1);
    let cycle = format!(
        "FROM member WHERE member_id = member.id AND email = '{}'",
        member::CHEN
    );
    let starts = async |days_ago: i64| {
        let date = now().date_naive() - TimeDelta::days(days_ago);
        let sql = format!("UPDATE cycle SET starts_on = '{date}' {cycle}");
        fixture.execute(&sql).await;
        count(now()).await
    };
    // Where it is a day later or earlier than in UTC does not matter then.
    assert_eq!(starts(26).await, 0);
    assert_eq!(starts(30).await, 1);
    assert_eq!(starts(300).await, 1);
    fixture
        .execute(&format!("UPDATE cycle SET closed_on = starts_on {cycle}"))
        .await;
    assert_eq!(count(now()).await, 0);
}
