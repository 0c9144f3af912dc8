//! What is recorded of mails, and what that allows.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock as _,
    database::Pool,
    mail::{
        Repeat,
        delivery::{Begun, DeliveryState, Letterhead, begin, find, forget, record},
    },
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};
use uuid::Uuid;

use crate::harness::{TestApp, member::MAYA};

const LETTER: Letterhead<'_> = Letterhead {
    envelope: Uuid::from_u128(0x019a_b000_0000_7000_8000_0000_0000_0001),
    member: None,
    template: "email.welcome",
};

/// How long a try may take.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);

async fn state(db: &Pool) -> Option<DeliveryState> {
    let found = find(db, LETTER.envelope).await.expect("found");
    found.map(|delivery| delivery.state)
}

/// Begins as a worker does: committed before the mail is handed over.
async fn started(db: &Pool, repeat: Repeat, now: DateTime<Utc>) -> Begun {
    let transaction = db.begin().await.expect("begun");
    let begun = begin(&transaction, &LETTER, repeat, now, PATIENCE).await;
    transaction.commit().await.expect("committed");
    begun.expect("begun")
}

#[tokio::test]
async fn a_mail_that_was_sent_is_never_sent_again() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    for repeat in [Repeat::AtLeastOnce, Repeat::AtMostOnce] {
        assert_eq!(started(db, repeat, now).await, Begun::Send(1));
        assert_eq!(state(db).await, Some(DeliveryState::Sending));
        let sent = record(db, &LETTER, DeliveryState::Sent, Some("0100-abc"), now);
        sent.await.expect("recorded");
        let delivery = find(db, LETTER.envelope)
            .await
            .expect("found")
            .expect("a row");
        assert_eq!(delivery.provider_id.as_deref(), Some("0100-abc"));
        assert_eq!((delivery.attempts, delivery.created_at), (1, now));
        assert_eq!(
            started(db, repeat, now).await,
            Begun::Over(DeliveryState::Sent)
        );
        // A slower worker had less luck.
        let slower = record(db, &LETTER, DeliveryState::Waiting, None, now);
        slower.await.expect("recorded");
        assert_eq!(state(db).await, Some(DeliveryState::Sent));
        let other = record(db, &LETTER, DeliveryState::Refused, None, now);
        other.await.expect("recorded");
        let kept = find(db, LETTER.envelope).await.expect("found");
        assert_eq!(kept, Some(delivery));
        assert_eq!(
            forget(db, now + TimeDelta::seconds(1), 10)
                .await
                .expect("forgotten"),
            1
        );
    }
}

#[tokio::test]
async fn after_a_crash_the_template_decides() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    assert_eq!(started(db, Repeat::AtLeastOnce, now).await, Begun::Send(1));
    // The process ends here, which nobody can tell from one that is slow. It may have been sent.
    for repeat in [Repeat::AtLeastOnce, Repeat::AtMostOnce] {
        let soon = now + PATIENCE - TimeDelta::milliseconds(1);
        assert_eq!(started(db, repeat, soon).await, Begun::Busy);
    }
    let now = now + PATIENCE;
    assert_eq!(started(db, Repeat::AtMostOnce, now).await, Begun::MayBeSent);
    assert_eq!(started(db, Repeat::AtLeastOnce, now).await, Begun::Send(2));
    // It was heard, and nobody knows.
    record(db, &LETTER, DeliveryState::Unknown, None, now)
        .await
        .expect("recorded");
    assert_eq!(started(db, Repeat::AtMostOnce, now).await, Begun::MayBeSent);
    assert_eq!(started(db, Repeat::AtLeastOnce, now).await, Begun::Send(3));
    // It was not taken: that is known, so it may be tried again in any case.
    record(db, &LETTER, DeliveryState::Waiting, None, now)
        .await
        .expect("recorded");
    assert_eq!(started(db, Repeat::AtMostOnce, now).await, Begun::Send(4));
}

#[tokio::test]
async fn what_is_over_stays_over() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    for over in [
        DeliveryState::Suppressed,
        DeliveryState::Refused,
        DeliveryState::Expired,
    ] {
        // Without having been begun.
        record(db, &LETTER, over, None, now)
            .await
            .expect("recorded");
        for repeat in [Repeat::AtLeastOnce, Repeat::AtMostOnce] {
            assert_eq!(started(db, repeat, now).await, Begun::Over(over));
        }
        forget(db, now + TimeDelta::seconds(1), 10)
            .await
            .expect("forgotten");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_sends() {
    let app = TestApp::start().await;
    let now = app.clock.now();
    let repeats = [Repeat::AtMostOnce, Repeat::AtLeastOnce].repeat(10);
    let tasks: Vec<_> = repeats
        .into_iter()
        .map(|repeat| {
            let db = app.pool.clone();
            tokio::spawn(async move { started(&db, repeat, now).await })
        })
        .collect();
    let mut sent = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Begun::Send(1) => sent += 1,
            other => assert_eq!(other, Begun::Busy),
        }
    }
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_record_outlives_its_member_without_a_trace_of_them() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    let maya = "SELECT id FROM member WHERE email = $1";
    let maya = Statement::from_sql_and_values(DbBackend::Postgres, maya, [MAYA.into()]);
    let maya = db.query_one_raw(maya).await.expect("asked").expect("a row");
    let member = Some(maya.try_get_by_index(0).expect("an id"));
    let letter = Letterhead { member, ..LETTER };
    record(db, &letter, DeliveryState::Sent, None, now)
        .await
        .expect("recorded");
    // A copy of the row, which nothing else refers to.
    let sql = "
        INSERT INTO member SELECT gen_random_uuid(), issuer, 'gone', display_name, email, locale, time_zone, units,
                                  gen_random_uuid(), created_at
        FROM member WHERE email = $1 RETURNING id";
    let copy = Statement::from_sql_and_values(DbBackend::Postgres, sql, [MAYA.into()]);
    let copy: Uuid = db
        .query_one_raw(copy)
        .await
        .expect("copied")
        .expect("a row")
        .try_get_by_index(0)
        .expect("an id");
    let moved = "UPDATE email_delivery SET member_id = $1";
    db.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        moved,
        [copy.into()],
    ))
    .await
    .expect("moved");
    let deleted = "DELETE FROM member WHERE id = $1";
    db.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        deleted,
        [copy.into()],
    ))
    .await
    .expect("deleted");
    let delivery = find(db, letter.envelope)
        .await
        .expect("found")
        .expect("a row");
    assert_eq!(
        (delivery.member_id, delivery.state),
        (None, DeliveryState::Sent)
    );
}

#[tokio::test]
async fn old_records_are_forgotten_in_small_batches() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    for day in 0..6_u128 {
        let letter = Letterhead {
            envelope: Uuid::from_u128(day),
            ..LETTER
        };
        let at = now - TimeDelta::days(i64::try_from(day).expect("small"));
        record(db, &letter, DeliveryState::Sent, None, at)
            .await
            .expect("recorded");
    }
    let before = now - TimeDelta::days(1);
    for expected in [3, 1, 0] {
        assert_eq!(forget(db, before, 3).await.expect("forgotten"), expected);
    }
    for (day, there) in [(0, true), (1, true), (2, false), (5, false)] {
        let found = find(db, Uuid::from_u128(day)).await.expect("found");
        assert_eq!(found.is_some(), there, "{day} days old");
    }
}
