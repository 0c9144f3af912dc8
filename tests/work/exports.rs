//! Data exports, from the mutation to the email.

use std::sync::Arc;

use coach_domain::{
    account::{erase_due, export::fulfil},
    clock::SystemClock,
    database::Session,
    id::MemberId,
    mail::delivery::{self, DeliveryState},
    object::ObjectStore as _,
    queue::{Envelope, Outgoing, Queue as _, QueueName},
};
use coach_workers::{Exports, mail::send::Mailbox};
use mail_parser::{MessageParser, MimeHeaders as _};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::{
    fixture::{Fixture, until},
    gateway::Gateway,
    letters::{LONG_TIMEOUTS, letters, mailbox, member},
};

const QUEUE: QueueName = QueueName::EmailAttachments;

const REQUEST: &str = include_str!("../../schema/operations/RequestDataExport.graphql");

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Text {
    text: String,
}

async fn texts(fixture: &Fixture, sql: &str) -> Vec<String> {
    let rows = fixture.rows::<Text>(sql).await;
    rows.into_iter().map(|row| row.text).collect()
}

async fn request(gateway: &Gateway, name: &str) {
    let input = json!({ "idempotencyKey": "1" });
    gateway.change(name, REQUEST, input).await;
}

/// Runs relay and consumer until outbox and queue are empty.
async fn process_all(fixture: &Fixture, mailbox: &Mailbox) {
    let exports = Exports {
        pool: fixture.pool.clone(),
        objects: fixture.objects.clone(),
        clock: Arc::new(SystemClock),
    };
    let exports = exports.consumer(letters(fixture, QUEUE, Arc::new(mailbox.clone())));
    let relay = fixture.relay(QUEUE);
    let consumer = fixture.consume(exports, LONG_TIMEOUTS);
    until("all is done", async || {
        let unsent = format!(
            "SELECT id::text AS text FROM outbox WHERE queue = '{QUEUE}' AND sent_at IS NULL"
        );
        texts(fixture, &unsent).await.is_empty() && fixture.queued(QUEUE).await.is_empty()
    })
    .await;
    relay.stop().await;
    consumer.stop().await;
}

/// Runs only the relay, and returns the content of the queue.
async fn relay_all(fixture: &Fixture) -> Vec<Envelope> {
    let relay = fixture.relay(QUEUE);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    fixture.queued(QUEUE).await
}

async fn deliver_again(fixture: &Fixture, envelope: &Envelope) {
    let message = Outgoing::new(serde_json::to_string(envelope).expect("JSON"));
    let sent = fixture.queue.send(QUEUE, &[message]).await;
    assert_eq!(sent, Ok(vec![Ok(())]));
}

/// Names and contents.
type Files = Vec<(String, Vec<u8>)>;

/// The recipient and the attachments of each email, newest first.
fn mails(mailbox: &Mailbox) -> Vec<(String, Files)> {
    let stored = mailbox.list(10).expect("listed").into_iter();
    let mails = stored.map(|mail| {
        let mime = mailbox.read(&mail.name).expect("read").expect("there");
        let parsed = MessageParser::default().parse(&mime).expect("a mail");
        let to = parsed.to().and_then(|to| to.first()?.address());
        let files = parsed.attachments().map(|part| {
            let name = part.attachment_name().expect("a name").to_owned();
            (name, part.contents().to_vec())
        });
        (to.expect("a recipient").to_owned(), files.collect())
    });
    mails.collect()
}

/// The object keys of data exports, whether they are built or not.
async fn keys(fixture: &Fixture, condition: &str) -> Vec<String> {
    let sql = format!("SELECT object_key AS text FROM data_export WHERE {condition}");
    texts(fixture, &sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_gets_all_of_theirs_by_mail_once() {
    let fixture = Fixture::seeded().await;
    let (gateway, mailbox) = (Gateway::start(&fixture).await, mailbox());
    request(&gateway, "theo").await;
    process_all(&fixture, &mailbox).await;

    let theo = member(&fixture, "theo").await.0;
    let [key] = &keys(
        &fixture,
        &format!("member_id = '{theo}' AND built_at IS NOT NULL"),
    )
    .await[..] else {
        panic!("not one archive");
    };
    let object = fixture
        .objects
        .get(key)
        .await
        .expect("read")
        .expect("there");
    let mails_ = mails(&mailbox);
    let [(to, files)] = &mails_[..] else {
        panic!("not one mail");
    };
    assert_eq!(to, "theo@demo.coach.example");
    let [(name, bytes)] = &files[..] else {
        panic!("not one file");
    };
    let (begin, ending) = name.split_once('.').expect("an ending");
    assert!(begin.starts_with("data-2"), "{name}");
    assert_eq!(ending, "json");
    assert_eq!(bytes.as_slice(), &*object.bytes);

    let archive: Value = serde_json::from_slice(bytes).expect("JSON");
    assert_eq!(archive["data"]["member"]["id"], theo.to_string());
    // It has the ids of all objects of the member, and no data of others.
    let text = archive.to_string();
    let owned = |condition: &str| {
        let tables = ["plan", "cycle", "check_in"].map(|table| {
            format!("SELECT id::text AS text FROM {table} WHERE member_id {condition} '{theo}'")
        });
        tables.join(" UNION ALL ")
    };
    let own = texts(&fixture, &owned("=")).await;
    assert!(own.len() >= 6, "{own:?}");
    for id in own {
        assert!(text.contains(&id), "{id} is not in it");
    }
    let data_of_others = format!(
        "SELECT unnest(ARRAY[id::text, email, display_name, purchase_token::text]) AS text
         FROM member WHERE id <> '{theo}' UNION ALL {}",
        owned("<>")
    );
    let others = texts(&fixture, &data_of_others).await;
    assert!(others.len() >= 40, "{}", others.len());
    for other in others {
        assert!(!text.contains(&other), "{other} is in it");
    }

    // Both messages are sent again, as after a crash of the relay: nothing is done again.
    let before = texts(
        &fixture,
        "SELECT to_jsonb(e)::text AS text FROM data_export e",
    )
    .await;
    fixture.execute("UPDATE outbox SET sent_at = NULL").await;
    process_all(&fixture, &mailbox).await;
    let after = texts(
        &fixture,
        "SELECT to_jsonb(e)::text AS text FROM data_export e",
    )
    .await;
    assert_eq!(after, before);
    assert_eq!(mails(&mailbox), mails_);
    let again = fixture
        .objects
        .get(key)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(again.bytes, object.bytes);
    let kinds = "SELECT envelope::json ->> 'kind' AS text FROM outbox ORDER BY sequence";
    assert_eq!(
        texts(&fixture, kinds).await,
        ["member.data-export", "email.data-export"]
    );
}

/// Erasing a member deletes messages in queues on Postgres, but not on SQS or in a worker, so these are processed
/// afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_gets_none_and_leaves_none_behind() {
    let fixture = Fixture::seeded().await;
    let (gateway, mailbox) = (Gateway::start(&fixture).await, mailbox());
    for name in ["theo", "maya"] {
        request(&gateway, name).await;
    }
    let theo = member(&fixture, "theo").await;
    let requests = relay_all(&fixture).await.into_iter();
    let requests: Vec<_> = requests.filter(|it| it.member == Some(theo)).collect();
    assert_eq!(requests.len(), 1);
    let [key] = &keys(&fixture, &format!("member_id = '{}'", theo.0)).await[..] else {
        panic!("not one archive");
    };
    erase(&fixture, theo).await;
    deliver_again(&fixture, &requests[0]).await;
    process_all(&fixture, &mailbox).await;
    let to: Vec<_> = mails(&mailbox).into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, ["maya@demo.coach.example"]);
    assert!(fixture.objects.get(key).await.expect("read").is_none());
}

/// The archive has been built, and its email is in the queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_comes_after_its_member_is_over() {
    let fixture = Fixture::seeded().await;
    let (gateway, mailbox) = (Gateway::start(&fixture).await, mailbox());
    let theo = member(&fixture, "theo").await;
    request(&gateway, "theo").await;
    let request = relay_all(&fixture).await.remove(0);
    let session = Session::new(fixture.pool.clone(), tracing::Span::none());
    let task = serde_json::from_value(request.payload.clone()).expect("a task");
    let built = fulfil(&session, &SystemClock, &*fixture.objects, &request, task);
    built.await.expect("built");
    let letters = relay_all(&fixture).await.into_iter();
    let letters: Vec<_> = letters
        .filter(|it| it.kind == "email.data-export")
        .collect();
    assert_eq!(letters.len(), 1);
    erase(&fixture, theo).await;
    assert!(fixture.queued(QUEUE).await.is_empty());
    deliver_again(&fixture, &letters[0]).await;
    process_all(&fixture, &mailbox).await;
    assert_eq!(mails(&mailbox), []);
    let recorded = delivery::find(&fixture.pool, letters[0].id).await;
    let recorded = recorded.expect("found").expect("a row");
    assert_eq!(
        (recorded.state, recorded.member_id),
        (DeliveryState::Suppressed, None)
    );
}

/// Erases the member as after the waiting period of the deletion.
async fn erase(fixture: &Fixture, member: MemberId) {
    let due = format!(
        "UPDATE member SET deletion_requested_at = now() - interval '15 days',
                           deletion_final_at = now() - interval '1 day'
         WHERE id = '{}'",
        member.0
    );
    fixture.execute(&due).await;
    let session = Session::new(fixture.pool.clone(), tracing::Span::none());
    let erased = erase_due(&session, &SystemClock, 10).await;
    assert_eq!(erased.expect("erased"), 1);
}
