//! `requestDataExport`, and the archives that it makes.

use std::sync::Arc;

use chrono::TimeDelta;
use coach_domain::{
    account::{
        erase_due,
        export::{self, Error, ExportTask, archive, is_available, remove_expired},
    },
    clock::Clock,
    database::Session,
    id::MemberId,
    object::{self, Attributes, Condition, ETag, Object, ObjectStore},
    outbox::{Decode as _, DecodeError},
    queue::{Envelope, QueueName},
};
use coach_workers::object::Folder;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{
    change, member_id,
    rows::{count, rows},
};
use crate::harness::{GraphqlResponse, TestApp, kinds, member};

struct Store {
    folder: std::path::PathBuf,
    objects: Folder,
}

impl Store {
    fn new(name: &str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("exports")
            .join(name);
        let _ = std::fs::remove_dir_all(&folder);
        let objects = Folder::new(&folder);
        Self { folder, objects }
    }

    /// The keys of the objects in it.
    fn keys(&self) -> Vec<String> {
        let listed = std::fs::read_dir(self.folder.join("exports"));
        let names = listed.into_iter().flatten().map(|entry| {
            let name = entry.expect("an entry").file_name();
            format!("exports/{}", name.to_string_lossy())
        });
        // The folder has other files beside the objects.
        let is_object = |name: &String| name.split('.').next_back() == Some("json");
        names.filter(is_object).collect()
    }
}

fn session(test: &TestApp) -> Session {
    Session::new((*test.pool).clone(), tracing::Span::none())
}

async fn request(test: &TestApp, email: &str, key: &str) -> GraphqlResponse {
    let input = json!({ "idempotencyKey": key });
    change(test, email, "RequestDataExport", input).await
}

/// Takes the requests for archives out of the outbox.
async fn take_requests(test: &TestApp) -> Vec<Envelope> {
    let enqueued = test.take_outbox().await.into_iter();
    let is_request = |it: &Envelope| (it.kind.as_str(), it.version) == ("member.data-export", 1);
    enqueued.map(|it| it.envelope).filter(is_request).collect()
}

/// Fulfils a request, as the consumer does.
async fn fulfil(
    session: &Session,
    clock: &dyn Clock,
    objects: &dyn ObjectStore,
    request: &Envelope,
) -> Result<(), Error> {
    let task = ExportTask::decode(&request.kind, request.version, &request.payload);
    export::fulfil(session, clock, objects, request, task.expect("a task")).await
}

#[tokio::test]
async fn an_archive_is_asked_for_once_a_day() {
    let test = TestApp::start().await;
    for _ in 0..2 {
        let requested = request(&test, member::MAYA, "1").await;
        assert_eq!(requested.success()["requestedAt"], "2026-03-18T12:00:00Z");
        assert_eq!(requested.payload()["member"]["email"], member::MAYA);
        test.advance(TimeDelta::minutes(30));
    }
    assert_eq!(take_requests(&test).await.len(), 1);
    // Whether it was built or not.
    for (key, built) in [("2", "NULL"), ("3", "now()")] {
        test.execute(&format!("UPDATE data_export SET built_at = {built}"))
            .await;
        let refused = request(&test, member::MAYA, key).await;
        assert_eq!(refused.user_error(), ("TOO_SOON", String::new()));
        let error = &refused.payload()["userErrors"][0];
        assert_eq!(error["retryAt"], "2026-03-19T12:00:00Z");
        assert_eq!(
            error["message"],
            "Du hast deine Daten in den letzten 24 Stunden schon angefordert. Das geht wieder ab 19.03.2026, 13:00 Uhr."
        );
    }
    assert_eq!(test.take_outbox().await, []);
    test.advance(TimeDelta::hours(23) - TimeDelta::seconds(1));
    assert_eq!(
        request(&test, member::MAYA, "4").await.user_error().0,
        "TOO_SOON"
    );
    // A repeated request has the same result.
    let again = request(&test, member::MAYA, "1").await;
    assert_eq!(again.success()["requestedAt"], "2026-03-18T12:00:00Z");
    test.advance(TimeDelta::seconds(1));
    let requested = request(&test, member::MAYA, "4").await;
    assert_eq!(requested.success()["requestedAt"], "2026-03-19T12:00:00Z");
    assert_eq!(take_requests(&test).await.len(), 1);

    test.execute("UPDATE member SET email = NULL WHERE subject LIKE 'theo@%'")
        .await;
    assert_eq!(
        request(&test, member::THEO, "1").await.user_error().0,
        "EMAIL_MISSING"
    );
    assert_eq!(
        request(&test, member::UNREGISTERED, "1")
            .await
            .user_error()
            .0,
        "NOT_REGISTERED"
    );
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn it_is_put_together_once_and_mailed() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("mailed"));
    request(&test, member::THEO, "1").await.success();
    let envelope = take_requests(&test).await.remove(0);
    test.advance(TimeDelta::seconds(5));
    for _ in 0..2 {
        fulfil(&session, &*test.clock, &store.objects, &envelope)
            .await
            .expect("done");
    }
    let keys = store.keys();
    assert_eq!(keys.len(), 1);
    let letters = test.take_outbox().await;
    assert_eq!(kinds(&letters), ["email.data-export"]);
    assert_eq!(letters[0].queue, QueueName::EmailAttachments);
    assert_eq!(letters[0].envelope.member, envelope.member);
    assert_eq!(
        letters[0].envelope.payload,
        json!({ "requestedAt": "2026-03-18T12:00:00Z",
                "archive": { "by": "attachment", "key": keys[0] } })
    );

    let object = store
        .objects
        .get(&keys[0])
        .await
        .expect("read")
        .expect("there");
    let archive: Value = serde_json::from_slice(&object.bytes).expect("JSON");
    assert_eq!(archive["asOf"], "2026-03-18T12:00:05Z");
    assert!(
        archive["readme"]
            .as_str()
            .is_some_and(|text| text.contains("UTC"))
    );
    let data = &archive["data"];
    assert_eq!(data["member"]["displayName"], "Theo Walker");
    let changes = data["checkIns"][1]["changeSincePrevious"].clone();
    assert_eq!(
        changes,
        json!({ "weightGrams": -1800, "waistMillimetres": -25, "hipsMillimetres": -15,
                "chestMillimetres": null, "energy": 1, "sleep": 2 })
    );
    assert_eq!(data["checkIns"][0]["changeSincePrevious"], Value::Null);
    // Another can be requested a day later.
    test.advance(TimeDelta::days(1));
    request(&test, member::THEO, "2").await.success();
    assert_eq!(take_requests(&test).await.len(), 1);

    // It is deleted when it has expired.
    test.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!((removed.expect("run"), store.keys().len()), (0, 1));
    test.advance(TimeDelta::seconds(1));
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!((removed.expect("run"), store.keys().len()), (1, 0));
    // So is the request that was never fulfilled.
    test.advance(TimeDelta::days(1));
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!(removed.expect("run"), 1);
    assert_eq!(count(&test, "data_export").await, 0);
}

/// Every value in every row of Theo's is in the archive, so that no new column is forgotten.
#[tokio::test]
async fn everything_that_is_stored_is_in_it() {
    let test = TestApp::start().await;
    let theo = member_id(&test, member::THEO).await;
    test.execute(&format!(
            "INSERT INTO reminder VALUES ('{theo}', 'CHECK_IN_DUE', 'an-occasion', now());
             INSERT INTO decision VALUES ('{theo}', 'preferences/diet', now());
             INSERT INTO purchase_check VALUES ('{theo}', now(), 7);
             INSERT INTO email_delivery VALUES (gen_random_uuid(), '{theo}', 'email.welcome', 'SENT', 3, '0100-x',
                                                now(), now());
             UPDATE member SET deletion_requested_at = '2026-03-01', deletion_final_at = '2026-05-01'
             WHERE id = '{theo}'"
        ),
    )
    .await;
    let (session, store) = (session(&test), Store::new("everything"));
    request(&test, member::THEO, "a-key").await.success();
    let envelope = take_requests(&test).await.remove(0);
    fulfil(&session, &*test.clock, &store.objects, &envelope)
        .await
        .expect("done");
    let object = store
        .objects
        .get(&store.keys()[0])
        .await
        .expect("read")
        .expect("there");
    let archive = String::from_utf8(object.bytes.to_vec()).expect("UTF-8");

    let keyed = "SELECT DISTINCT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'member_id' ORDER BY table_name";
    let mut tables: Vec<(String, String)> = rows(&test, keyed)
        .await
        .iter()
        .map(|it| {
            (
                it["table_name"].as_str().expect("a name").to_owned(),
                format!("member_id = '{theo}'"),
            )
        })
        .collect();
    assert!(tables.len() >= 13, "{tables:?}");
    tables.push(("member".to_owned(), format!("id = '{theo}'")));
    tables.push((
        "idempotency_key".to_owned(),
        format!("subject = '{}'", member::THEO),
    ));
    let mut values = 0;
    for (table, condition) in &tables {
        let found = rows(&test, &format!("SELECT * FROM {table} WHERE {condition}")).await;
        assert!(!found.is_empty(), "nothing to look for in {table}");
        for row in found {
            for (column, value) in row.as_object().expect("a row") {
                let is_internal = matches!(
                    (table.as_str(), column.as_str()),
                    // Where the archive itself is stored, and when, which is after it was written.
                    ("data_export", "object_key" | "built_at" | "expires_at")
                    // A digest, and ids that are in the archive with their objects.
                    | ("idempotency_key", "arguments" | "outcome")
                    // A sort key made of times that are in the archive.
                    | ("subscription", "said")
                );
                let text = match value {
                    Value::Null => continue,
                    _ if is_internal => continue,
                    Value::String(text) => format!("\"{text}\""),
                    Value::Array(items) => {
                        assert!(
                            items.iter().all(|item| archive.contains(&item.to_string())),
                            "{table}.{column}"
                        );
                        continue;
                    }
                    value => value.to_string(),
                };
                assert!(
                    archive.contains(&text),
                    "{table}.{column} is not in it: {text}"
                );
                values += 1;
            }
        }
    }
    assert!(values > 1_000, "{values}");
    test.take_outbox().await;
    // Nothing of other members is in it.
    for other in ["Maya Brandt", member::MAYA, "Chen Wei Ling"] {
        assert!(!archive.contains(other), "{other}");
    }
}

#[tokio::test]
async fn who_is_gone_meanwhile_leaves_nothing_behind() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("gone"));
    request(&test, member::THEO, "1").await.success();
    request(&test, member::MAYA, "1").await.success();
    let envelopes = take_requests(&test).await;
    // One was fulfilled before, and one is fulfilled too late.
    fulfil(&session, &*test.clock, &store.objects, &envelopes[0])
        .await
        .expect("done");
    for email in [member::THEO, member::MAYA] {
        let bye = json!({ "idempotencyKey": "bye" });
        change(&test, email, "DeleteAccount", bye).await.success();
    }
    test.advance(TimeDelta::days(14));
    assert_eq!(erase_due(&session, &*test.clock, 10).await.expect("run"), 2);
    for envelope in &envelopes {
        fulfil(&session, &*test.clock, &store.objects, envelope)
            .await
            .expect("done");
    }
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!((removed.expect("run"), store.keys().len()), (2, 0));
    // The message with the first archive is deleted with its member.
    let kinds = test.take_outbox_kinds().await;
    assert_eq!(kinds, ["partner.member-deleted", "partner.member-deleted"]);
    assert_eq!(count(&test, "inbox").await, 2);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("refused"));
    request(&test, member::THEO, "1").await.success();
    let envelope = take_requests(&test).await.remove(0);
    let without_member = Envelope {
        member: None,
        ..envelope.clone()
    };
    let refused = fulfil(&session, &*test.clock, &store.objects, &without_member).await;
    assert!(matches!(refused, Err(Error::NoMember)), "{refused:?}");
    let without_payload = ExportTask::decode(&envelope.kind, envelope.version, &json!({}));
    assert_eq!(
        without_payload,
        Err(DecodeError::Malformed("member.data-export"))
    );
    assert_eq!((store.keys().len(), count(&test, "inbox").await), (0, 0));
}

/// Emails and requests are listed up to a limit, the latest of them.
#[tokio::test]
async fn an_archive_does_not_grow_without_end() {
    let test = TestApp::start().await;
    let theo = member_id(&test, member::THEO).await;
    test.execute(&format!(
        "INSERT INTO idempotency_key (issuer, subject, key, command, arguments, outcome, created_at)
         SELECT issuer, subject, 'key-' || n, 'updateConsents', sha256('a'), '{{}}',
                timestamptz '2026-03-01' + n * interval '1 second'
         FROM member, generate_series(1, 3000) AS n WHERE id = '{theo}';
         INSERT INTO email_delivery (envelope_id, member_id, template, state, reason, attempts, created_at, changed_at)
         SELECT gen_random_uuid(), '{theo}', 'email.number-' || n, 'SUPPRESSED', 'BUDGET', 0,
                timestamptz '2026-03-01' + n * interval '1 second', now()
         FROM generate_series(1, 3000) AS n"
    ))
    .await;
    let now = test.clock.now();
    let archive = archive(&*test.pool, MemberId(theo), now).await;
    let archive = serde_json::to_value(archive.expect("read").expect("there")).expect("JSON");
    let data = &archive["data"];
    for list in ["requests", "emails"] {
        assert_eq!(data[list].as_array().map(Vec::len), Some(1_000), "{list}");
    }
    let (requests, emails) = (&data["requests"], &data["emails"]);
    assert_eq!(
        (&requests[0]["key"], &requests[999]["key"]),
        (&json!("key-2001"), &json!("key-3000"))
    );
    assert_eq!(
        (&emails[0]["template"], &emails[999]["template"]),
        (&json!("email.number-2001"), &json!("email.number-3000"))
    );
}

async fn withdraw_health(test: &TestApp) {
    let input = json!({ "idempotencyKey": "withdrawn",
        "consents": [{ "purpose": "HEALTH_DATA", "granted": false }] });
    change(test, member::THEO, "UpdateConsents", input)
        .await
        .success();
}

/// Existing archives contain the measures that are erased now.
#[tokio::test]
async fn withdrawing_health_data_ends_the_archives_that_hold_it() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("withdrawn"));
    request(&test, member::THEO, "1").await.success();
    request(&test, member::MAYA, "1").await.success();
    for envelope in take_requests(&test).await {
        let done = fulfil(&session, &*test.clock, &store.objects, &envelope).await;
        done.expect("done");
    }
    assert_eq!(store.keys().len(), 2);
    let theo = member_id(&test, member::THEO).await;
    let key = format!("SELECT object_key FROM data_export WHERE member_id = '{theo}'");
    let key = test.value(&key).await.expect("a key");
    let now = test.clock.now();
    assert!(
        is_available(&*test.pool, &key, now)
            .await
            .expect("a statement")
    );
    withdraw_health(&test).await;
    // It is no longer emailed at once, and deleted soon. Maya's is not.
    assert!(
        !is_available(&*test.pool, &key, now)
            .await
            .expect("a statement")
    );
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!(removed.expect("run"), 1);
    let keys = store.keys();
    assert!(keys.len() == 1 && keys[0] != key, "{keys:?}");
    test.take_outbox().await;
}

/// A store in which consent is withdrawn just before an archive is stored, when its data has been read already.
struct WithdrawingStore {
    objects: Folder,
    pool: Arc<coach_domain::database::Pool>,
}

#[async_trait::async_trait]
impl ObjectStore for WithdrawingStore {
    async fn get(&self, key: &str) -> Result<Option<Object>, object::Error> {
        self.objects.get(key).await
    }

    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        attributes: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, object::Error> {
        let sql = "
            UPDATE consent SET granted = FALSE, changed_at = '2026-03-18T12:00:00Z' WHERE purpose = 'HEALTH_DATA';
            UPDATE check_in SET weight_grams = NULL, notes = NULL";
        self.pool.execute_unprepared(sql).await.expect(sql);
        self.objects.put(key, bytes, attributes, condition).await
    }

    async fn delete(&self, key: &str) -> Result<(), object::Error> {
        self.objects.delete(key).await
    }
}

#[tokio::test]
async fn what_is_withdrawn_while_an_archive_is_put_together_is_not_in_it() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("meanwhile"));
    let withdrawing = WithdrawingStore {
        objects: Folder::new(&store.folder),
        pool: test.pool.clone(),
    };
    request(&test, member::THEO, "1").await.success();
    let envelope = take_requests(&test).await.remove(0);
    let first = fulfil(&session, &*test.clock, &withdrawing, &envelope).await;
    assert!(matches!(first, Err(Error::ConsentChanged)), "{first:?}");
    assert_eq!(test.take_outbox().await, []);
    let again = fulfil(&session, &*test.clock, &withdrawing, &envelope).await;
    again.expect("done");
    assert_eq!(test.take_outbox_kinds().await, ["email.data-export"]);
    let keys = store.keys();
    assert_eq!(keys.len(), 1);
    let object = store.objects.get(&keys[0]).await.expect("read");
    let archive: Value = serde_json::from_slice(&object.expect("there").bytes).expect("JSON");
    for check_in in archive["data"]["checkIns"].as_array().expect("check-ins") {
        assert!(
            check_in["weightGrams"].is_null() && check_in["notes"].is_null(),
            "{check_in}"
        );
    }
}
