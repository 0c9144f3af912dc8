//! What is left of an erased member.

use chrono::TimeDelta;
use coach_domain::{
    account::erase_due,
    clock::Clock as _,
    database::Session,
    id::MemberId,
    mail::delivery::{DeliveryKey, DeliveryState, record},
    purchase::{ARCHIVE_PURGE, ARCHIVE_RETENTION},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    change, member_id,
    rows::{count, rows},
};
use crate::harness::{TestApp, kinds, member};

fn session(test: &TestApp) -> Session {
    Session::new((*test.pool).clone(), tracing::Span::none())
}

/// The tables in which a text occurs, with the number of rows.
async fn mentions(test: &TestApp, text: &str) -> Vec<(String, i64)> {
    let tables = "SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname";
    let mut found = Vec::new();
    for table in rows(test, tables).await {
        let table = table["relname"].as_str().expect("a name").to_owned();
        let text = text.replace('\'', "''");
        let condition = format!("{table} AS t WHERE strpos(t::text, '{text}') > 0");
        let rows = count(test, &condition).await;
        if rows > 0 {
            found.push((table, rows));
        }
    }
    found
}

/// Adds rows of Theo to the few tables in which he has none.
async fn add_missing_rows(test: &TestApp) -> Uuid {
    let theo = member_id(test, member::THEO).await;
    let export = json!({ "idempotencyKey": "export" });
    change(test, member::THEO, "RequestDataExport", export)
        .await
        .success();
    let consent = json!({ "idempotencyKey": "consent",
        "consents": [{ "purpose": "MARKETING_EMAIL", "granted": true }] });
    change(test, member::THEO, "UpdateConsents", consent)
        .await
        .success();
    test.execute(&format!(
            "INSERT INTO reminder VALUES ('{theo}', 'CHECK_IN_DUE', 'cycle', now());
             INSERT INTO purchase_check VALUES ('{theo}', now(), 1);
             INSERT INTO queue_message (queue, body, sent_at, visible_at, receives)
             SELECT 'email', envelope, now(), now(), 5 FROM outbox LIMIT 1;
             INSERT INTO queue_message (queue, body, sent_at, visible_at, receives)
             VALUES ('email-urgent', '{{\"payload\": {{\"address\": \"THEO@demo.Coach.example\"}}}}', now(), now(), 5),
                    ('email-urgent', '{{\"payload\": {{\"address\": \"maya@demo.coach.example\"}}}}', now(), now(), 5);
             UPDATE subscription SET external_id = '2000000123456789' WHERE member_id = '{theo}';
             UPDATE subscription_link SET external_id = '2000000123456789' WHERE member_id = '{theo}'"
        ),
    )
    .await;
    let letter = DeliveryKey {
        envelope: Uuid::from_u128(0x019a_b000_0000_7000_8000_0000_0000_0001),
        member: Some(MemberId(theo)),
        template: "email.welcome",
    };
    let now = test.clock.now();
    let sent = record(
        &*test.pool,
        &letter,
        DeliveryState::Sent,
        Some("0100-theo"),
        now,
    );
    sent.await.expect("recorded");
    theo
}

#[tokio::test]
async fn nothing_is_left_but_what_accounting_needs() {
    let test = TestApp::start().await;
    let theo = add_missing_rows(&test).await;
    let of = |column: &str| format!("SELECT {column}::text AS it FROM member WHERE id = '{theo}'");
    let mut traces = vec![theo.to_string(), "0100-theo".to_owned()];
    for column in ["subject", "display_name", "purchase_token"] {
        let found = rows(&test, &of(column)).await;
        traces.push(found[0]["it"].as_str().expect("text").to_owned());
    }
    let owned = "SELECT id::text FROM plan UNION SELECT id::text FROM cycle UNION SELECT id::text FROM check_in
        UNION SELECT id::text FROM subscription";
    let plan = format!("SELECT id FROM plan WHERE member_id = '{theo}'");
    traces.push(
        rows(&test, &plan).await[0]["id"]
            .as_str()
            .expect("an id")
            .to_owned(),
    );
    for trace in &traces {
        assert!(!mentions(&test, trace).await.is_empty(), "{trace}");
    }
    // The member has rows in every table with a member, so that no new table is forgotten.
    let tables: Vec<String> = mentions(&test, &traces[0])
        .await
        .into_iter()
        .map(|it| it.0)
        .collect();
    let keyed = "SELECT DISTINCT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'member_id' ORDER BY table_name";
    for table in rows(&test, keyed).await {
        let table = table["table_name"].as_str().expect("a name").to_owned();
        assert!(
            tables.contains(&table),
            "nothing of the member is in {table}"
        );
    }
    let total = rows(&test, owned).await.len();
    let others = count(&test, "member").await - 1;

    let bye = json!({ "idempotencyKey": "bye" });
    let deleted = change(&test, member::THEO, "DeleteAccount", bye).await;
    deleted.success();
    let session = session(&test);
    test.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    assert_eq!(erase_due(&session, &*test.clock, 10).await.expect("run"), 0);
    test.advance(TimeDelta::seconds(1));
    assert_eq!(erase_due(&session, &*test.clock, 10).await.expect("run"), 1);
    assert_eq!(erase_due(&session, &*test.clock, 10).await.expect("run"), 0);

    // Partners are notified of the deletion; the message is deleted once it is sent.
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["partner.member-deleted"]);
    let envelope = &enqueued[0].envelope;
    assert_eq!(envelope.member, Some(MemberId(theo)));
    assert_eq!(
        envelope.payload,
        json!({ "deletedAt": "2026-04-01T12:00:00Z" })
    );
    // But for the id, which nothing leads from any more, in the record of what was done.
    let erased = rows(&test, "SELECT * FROM audit").await;
    assert_eq!(erased.len(), 1, "{erased:#?}");
    assert_eq!(erased[0]["action"], "member.erase");
    assert_eq!(erased[0]["detail"], json!({ "member": theo }));
    let erased = json!({ "member": theo }).to_string();
    for trace in &traces {
        let mut left = mentions(&test, trace).await;
        left.retain(|(table, _)| table != "audit" || !erased.contains(trace));
        assert_eq!(left, [], "{trace}");
    }
    assert_eq!(count(&test, "queue_message").await, 1, "somebody else's");
    // The purchase is kept without the member.
    let archived = rows(&test, "SELECT * FROM subscription_archive").await;
    assert_eq!(archived.len(), 1);
    assert_eq!(archived[0]["provider"], "APPLE");
    let reports =
        "subscription_report WHERE provider = 'APPLE' AND external_id = '2000000123456789'";
    assert!(
        count(&test, reports).await > 0,
        "it counts for whoever links it"
    );
    test.advance(TimeDelta::days(3_650));
    let now = test.clock.now();
    for (now, expected) in [(now, 0), (now + TimeDelta::days(4), 1)] {
        let purged = ARCHIVE_PURGE.run(&*test.pool, now - ARCHIVE_RETENTION, 10);
        assert_eq!(purged.await.expect("run"), expected);
    }
    test.advance(-TimeDelta::days(3_650));
    // The member's data exports expire.
    let export = "data_export WHERE member_id IS NULL AND expires_at = '2026-04-01T12:00:00Z'";
    assert_eq!(count(&test, export).await, 1);
    // The record of the email is kept without the member.
    assert_eq!(count(&test, "email_delivery WHERE state = 'SENT'").await, 1);
    assert_eq!(count(&test, "member").await, others);
    let left = rows(&test, owned).await.len();
    // One plan, three cycles, two check-ins and a subscription.
    assert_eq!(left, total - 7);

    let answer = test.graphql(member::THEO, "{ me { id } }", json!({})).await;
    assert_eq!(answer.data(), &json!({ "me": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_at_once_erase_each_member_once() {
    let test = TestApp::start().await;
    let members = count(&test, "member").await;
    test.execute(
        "UPDATE member SET deletion_requested_at = '2026-03-01', deletion_final_at = '2026-03-15'
         WHERE subject NOT LIKE 'nora@%'",
    )
    .await;
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (session, clock) = (session(&test), test.clock.clone());
            tokio::spawn(async move { erase_due(&session, &*clock, 5).await.expect("run") })
        })
        .collect();
    let mut erased = 0;
    for worker in workers {
        erased += worker.await.expect("no panic");
    }
    assert_eq!(i64::from(erased), members - 1);
    assert_eq!(count(&test, "member").await, 1);
    let messages = test.take_outbox().await;
    assert_eq!(messages.len(), usize::try_from(erased).expect("small"));
}

#[tokio::test]
async fn one_who_cannot_be_erased_keeps_nobody_else_from_it() {
    let test = TestApp::start().await;
    test.execute(
        "UPDATE member SET deletion_requested_at = created_at, deletion_final_at = '2026-03-15';
         UPDATE member SET deletion_final_at = '2026-03-14' WHERE subject LIKE 'maya@%';
         CREATE TABLE holds_on (member_id uuid REFERENCES member (id));
         INSERT INTO holds_on SELECT id FROM member WHERE subject LIKE 'maya@%'",
    )
    .await;
    let erased = erase_due(&session(&test), &*test.clock, 100).await;
    assert!(erased.is_err(), "{erased:?}");
    // Nothing of that member is erased.
    assert_eq!(count(&test, "member").await, 1);
    assert!(count(&test, "meal_choice").await > 0);
    assert_eq!(test.take_outbox().await.len(), 7);
}

/// Whole addresses are compared, not parts of them.
#[tokio::test]
async fn the_codes_of_others_stay() {
    let test = TestApp::start().await;
    test.execute(
        "UPDATE member SET email = 'n@demo.coach.example' WHERE subject LIKE 'theo@%';
         INSERT INTO queue_message (queue, body, sent_at, visible_at, receives)
         SELECT 'email-urgent', json_build_object('payload', json_build_object('address', address)), now(), now(), 5
         FROM unnest(ARRAY['alan@demo.coach.example', 'brian@demo.coach.example', 'n@demo.coach.example.org',
                           'N@demo.Coach.example']) AS address;
         INSERT INTO outbox (id, queue, partition, envelope, created_at)
         SELECT gen_random_uuid(), queue, 0, body, now() FROM queue_message",
    )
    .await;
    let bye = json!({ "idempotencyKey": "bye" });
    change(&test, member::THEO, "DeleteAccount", bye)
        .await
        .success();
    test.advance(TimeDelta::days(14));
    let erased = erase_due(&session(&test), &*test.clock, 10).await;
    assert_eq!(erased.expect("run"), 1);
    let left = "SELECT json_agg(x ORDER BY x) FROM (SELECT body::json #>> '{payload,address}' AS x FROM queue_message) q";
    let expected =
        r#"["alan@demo.coach.example", "brian@demo.coach.example", "n@demo.coach.example.org"]"#;
    assert_eq!(test.value(left).await.as_deref(), Some(expected));
    let enqueued = "SELECT count(*) FROM outbox WHERE queue = 'email-urgent'";
    assert_eq!(test.number(enqueued).await, 3);
    test.execute("DELETE FROM outbox").await;
}
