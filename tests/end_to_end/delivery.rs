//! Records of sent emails, and whether they allow to send again.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock as _,
    database::Pool,
    mail::{
        DeliveryGuarantee,
        delivery::{DeliveryKey, DeliveryState, PURGE, SendDecision, begin, find, record},
    },
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};
use uuid::Uuid;

use crate::harness::{TestApp, member::MAYA};

const LETTER: DeliveryKey = DeliveryKey {
    envelope: Uuid::from_u128(0x019a_b000_0000_7000_8000_0000_0000_0001),
    member: None,
    template: "email.welcome",
};

/// How long one attempt may take.
const SEND_TIMEOUT: TimeDelta = TimeDelta::seconds(60);

async fn state(db: &Pool) -> Option<DeliveryState> {
    let found = find(db, LETTER.envelope).await.expect("found");
    found.map(|delivery| delivery.state)
}

/// Begins as a worker does, which commits before it submits the email.
async fn start_sending(
    db: &Pool,
    guarantee: DeliveryGuarantee,
    now: DateTime<Utc>,
) -> SendDecision {
    let transaction = db.begin().await.expect("begun");
    let decision = begin(&transaction, &LETTER, guarantee, now, SEND_TIMEOUT).await;
    transaction.commit().await.expect("committed");
    decision.expect("begun")
}

#[tokio::test]
async fn a_mail_that_was_sent_is_never_sent_again() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    for guarantee in [
        DeliveryGuarantee::AtLeastOnce,
        DeliveryGuarantee::AtMostOnce,
    ] {
        assert_eq!(
            start_sending(db, guarantee, now).await,
            SendDecision::Send(1)
        );
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
            start_sending(db, guarantee, now).await,
            SendDecision::Finished(DeliveryState::Sent)
        );
        // A slower worker failed.
        let slower = record(db, &LETTER, DeliveryState::Waiting, None, now);
        slower.await.expect("recorded");
        assert_eq!(state(db).await, Some(DeliveryState::Sent));
        let other = record(db, &LETTER, DeliveryState::Refused, None, now);
        other.await.expect("recorded");
        let kept = find(db, LETTER.envelope).await.expect("found");
        assert_eq!(kept, Some(delivery));
        assert_eq!(
            PURGE
                .run(db, now + TimeDelta::seconds(1), 10)
                .await
                .expect("purged"),
            1
        );
    }
}

#[tokio::test]
async fn after_a_crash_the_template_decides() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    assert_eq!(
        start_sending(db, DeliveryGuarantee::AtLeastOnce, now).await,
        SendDecision::Send(1)
    );
    // The process crashes here, which looks like one that is slow. The email may have been sent.
    for guarantee in [
        DeliveryGuarantee::AtLeastOnce,
        DeliveryGuarantee::AtMostOnce,
    ] {
        let soon = now + SEND_TIMEOUT - TimeDelta::milliseconds(1);
        assert_eq!(
            start_sending(db, guarantee, soon).await,
            SendDecision::InProgress
        );
    }
    let now = now + SEND_TIMEOUT;
    assert_eq!(
        start_sending(db, DeliveryGuarantee::AtMostOnce, now).await,
        SendDecision::MayHaveBeenSent
    );
    assert_eq!(
        start_sending(db, DeliveryGuarantee::AtLeastOnce, now).await,
        SendDecision::Send(2)
    );
    // The provider received it, and the result is unknown.
    record(db, &LETTER, DeliveryState::Unknown, None, now)
        .await
        .expect("recorded");
    assert_eq!(
        start_sending(db, DeliveryGuarantee::AtMostOnce, now).await,
        SendDecision::MayHaveBeenSent
    );
    assert_eq!(
        start_sending(db, DeliveryGuarantee::AtLeastOnce, now).await,
        SendDecision::Send(3)
    );
    // The provider did not accept it. That is known, so it may be sent again in any case.
    record(db, &LETTER, DeliveryState::Waiting, None, now)
        .await
        .expect("recorded");
    assert_eq!(
        start_sending(db, DeliveryGuarantee::AtMostOnce, now).await,
        SendDecision::Send(4)
    );
}

#[tokio::test]
async fn what_is_over_stays_over() {
    let app = TestApp::start().await;
    let (db, now) = (&*app.pool, app.clock.now());
    for state in [
        DeliveryState::Suppressed,
        DeliveryState::Refused,
        DeliveryState::Expired,
    ] {
        // Recorded without `begin`.
        record(db, &LETTER, state, None, now)
            .await
            .expect("recorded");
        for guarantee in [
            DeliveryGuarantee::AtLeastOnce,
            DeliveryGuarantee::AtMostOnce,
        ] {
            assert_eq!(
                start_sending(db, guarantee, now).await,
                SendDecision::Finished(state)
            );
        }
        PURGE
            .run(db, now + TimeDelta::seconds(1), 10)
            .await
            .expect("purged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_sends() {
    let app = TestApp::start().await;
    let now = app.clock.now();
    let guarantees = [
        DeliveryGuarantee::AtMostOnce,
        DeliveryGuarantee::AtLeastOnce,
    ]
    .repeat(10);
    let tasks: Vec<_> = guarantees
        .into_iter()
        .map(|guarantee| {
            let db = app.pool.clone();
            tokio::spawn(async move { start_sending(&db, guarantee, now).await })
        })
        .collect();
    let mut sent = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            SendDecision::Send(1) => sent += 1,
            other => assert_eq!(other, SendDecision::InProgress),
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
    let letter = DeliveryKey { member, ..LETTER };
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
        let letter = DeliveryKey {
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
        assert_eq!(PURGE.run(db, before, 3).await.expect("purged"), expected);
    }
    for (day, there) in [(0, true), (1, true), (2, false), (5, false)] {
        let found = find(db, Uuid::from_u128(day)).await.expect("found");
        assert_eq!(found.is_some(), there, "{day} days old");
    }
}
