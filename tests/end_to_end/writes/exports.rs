//! Taking one's data along.

use chrono::TimeDelta;
use coach_domain::{
    database::Session,
    member::{
        erase_due,
        export::{fulfil, remove_expired},
    },
    object::ObjectStore,
    queue::{Envelope, QueueName},
};
use coach_workers::object::Folder;
use serde_json::{Value, json};

use super::{
    change, member_id,
    rows::{count, rows},
};
use crate::harness::{Answer, TestApp, kinds, member};

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

    /// What is in it, by key.
    fn keys(&self) -> Vec<String> {
        let listed = std::fs::read_dir(self.folder.join("exports"));
        let names = listed.into_iter().flatten().map(|entry| {
            let name = entry.expect("an entry").file_name();
            format!("exports/{}", name.to_string_lossy())
        });
        // The folder keeps marks of its own beside the objects.
        let is_object = |name: &String| name.split('.').next_back() == Some("json");
        names.filter(is_object).collect()
    }
}

fn session(test: &TestApp) -> Session {
    Session::new((*test.pool).clone(), tracing::Span::none())
}

async fn request(test: &TestApp, email: &str, key: &str) -> Answer {
    let input = json!({ "idempotencyKey": key });
    change(test, email, "RequestDataExport", input).await
}

/// Takes the envelopes that ask for archives.
async fn asked(test: &TestApp) -> Vec<Envelope> {
    let owed = test.owed().await.into_iter();
    let asks = |of: &Envelope| (of.kind.as_str(), of.version) == ("member.data-export", 1);
    owed.map(|it| it.envelope).filter(asks).collect()
}

#[tokio::test]
async fn an_archive_is_asked_for_once_a_day() {
    let test = TestApp::start().await;
    for key in ["1", "1", "2"] {
        let requested = request(&test, member::MAYA, key).await;
        assert_eq!(requested.done()["requestedAt"], "2026-03-18T12:00:00Z");
        assert_eq!(requested.payload()["member"]["email"], member::MAYA);
        test.advance(TimeDelta::hours(1));
    }
    assert_eq!(asked(&test).await.len(), 1);
    // Nobody waits for ever for one that does not come.
    test.advance(TimeDelta::hours(21));
    let requested = request(&test, member::MAYA, "3").await;
    assert_eq!(requested.done()["requestedAt"], "2026-03-19T12:00:00Z");
    assert_eq!(asked(&test).await.len(), 1);

    test.execute("UPDATE member SET email = NULL WHERE subject LIKE 'theo@%'")
        .await;
    assert_eq!(
        request(&test, member::THEO, "1").await.refusal().0,
        "EMAIL_MISSING"
    );
    assert_eq!(
        request(&test, member::NOBODY, "1").await.refusal().0,
        "NOT_REGISTERED"
    );
    assert_eq!(test.owed().await, []);
}

#[tokio::test]
async fn it_is_put_together_once_and_mailed() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("mailed"));
    request(&test, member::THEO, "1").await.done();
    let envelope = asked(&test).await.remove(0);
    test.advance(TimeDelta::seconds(5));
    for _ in 0..2 {
        fulfil(&session, &*test.clock, &store.objects, &envelope)
            .await
            .expect("done");
    }
    let keys = store.keys();
    assert_eq!(keys.len(), 1);
    let letters = test.owed().await;
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
    // The next one is asked for anew.
    request(&test, member::THEO, "2").await.done();
    assert_eq!(asked(&test).await.len(), 1);

    // When its time is over it goes.
    test.advance(TimeDelta::days(15) - TimeDelta::seconds(1));
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!((removed.expect("run"), store.keys().len()), (0, 1));
    test.advance(TimeDelta::seconds(1));
    let removed = remove_expired(&*test.pool, &*test.clock, &store.objects, 10).await;
    assert_eq!((removed.expect("run"), store.keys().len()), (2, 0));
    assert_eq!(count(&test, "data_export").await, 0);
}

/// Every value in every row that is Theo's: a column that is added has to be thought of.
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
    request(&test, member::THEO, "a-key").await.done();
    let envelope = asked(&test).await.remove(0);
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
                let how_it_works = matches!(
                    (table.as_str(), column.as_str()),
                    // Where the archive itself is, and when it was put there, which is after it was written.
                    ("data_export", "object_key" | "built_at" | "expires_at")
                    // A digest, and ids that are in the archive with what they belong to.
                    | ("idempotency_key", "arguments" | "outcome")
                    // Times that are in it, put together to be sorted.
                    | ("subscription", "said")
                );
                let text = match value {
                    Value::Null => continue,
                    _ if how_it_works => continue,
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
    test.owed().await;
    // And nobody else's.
    for other in ["Maya Brandt", member::MAYA, "Chen Wei Ling"] {
        assert!(!archive.contains(other), "{other}");
    }
}

#[tokio::test]
async fn who_is_gone_meanwhile_leaves_nothing_behind() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("gone"));
    request(&test, member::THEO, "1").await.done();
    request(&test, member::MAYA, "1").await.done();
    let envelopes = asked(&test).await;
    // One was put together before, and one comes too late.
    fulfil(&session, &*test.clock, &store.objects, &envelopes[0])
        .await
        .expect("done");
    for email in [member::THEO, member::MAYA] {
        let bye = json!({ "idempotencyKey": "bye" });
        change(&test, email, "DeleteAccount", bye).await.done();
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
    // The letter about the first is forgotten with its member.
    let told = test.owed_kinds().await;
    assert_eq!(told, ["partner.member-deleted", "partner.member-deleted"]);
    assert_eq!(count(&test, "inbox").await, 2);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let test = TestApp::start().await;
    let (session, store) = (session(&test), Store::new("refused"));
    request(&test, member::THEO, "1").await.done();
    let envelope = asked(&test).await.remove(0);
    let nobody = Envelope {
        member: None,
        ..envelope.clone()
    };
    let nothing = Envelope {
        payload: json!({}),
        ..envelope
    };
    for wrong in [nobody, nothing] {
        let refused = fulfil(&session, &*test.clock, &store.objects, &wrong).await;
        assert!(refused.is_err(), "{refused:?}");
    }
    assert_eq!((store.keys().len(), count(&test, "inbox").await), (0, 0));
}
