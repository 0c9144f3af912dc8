//! `coach queue` with queues on SQS.

use std::time::Duration;

use coach_domain::{
    database::{self, Options},
    queue::{MAX_RECEIVES, Outgoing, Queue as _, QueueName},
};
use coach_tests::{Ministack, aws::sqs as client};
use coach_workers::queue::{
    SqsQueue,
    sqs::{self, Addresses},
};
use serde_json::{Value, json};

use super::{QUEUE, envelope, operator::Operator};
use crate::coach::{Dev, folder, port, share_machine};

/// Creates two dead letters on SQS.
async fn send_dead_letters(endpoint: &str, url: &str) {
    let names = QueueName::CONSUMED.map(|name| (name, name.to_string()));
    for (_, name) in &names {
        sqs::create(&client(endpoint), name).await.expect("created");
    }
    let pool = database::connect(url, &Options::default()).await;
    let queue = SqsQueue::new(
        client(endpoint),
        Addresses::from_iter(names),
        pool.expect("a connection"),
    );
    let name = QueueName::Webhooks;
    let letters = [Outgoing::new(envelope()), Outgoing::new("hello")];
    queue.send(name, &letters).await.expect("sent");
    for _ in 0..=MAX_RECEIVES {
        let received = queue
            .receive(name, 10, Duration::ZERO, Duration::from_mins(1))
            .await;
        for message in received.expect("received") {
            let returned = queue.extend(name, &message.receipt, Duration::ZERO);
            returned.await.expect("returned");
        }
    }
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[test]
fn it_is_the_same_on_sqs() {
    let _lock = share_machine();
    let ministack = Ministack::beside(env!("CARGO_TARGET_TMPDIR"), "sqs");
    let folder = folder();
    let _dev = Dev::start(&folder, port());
    let url = coach_dev::running_url(&folder.join("home"), "coach").expect("coach dev runs");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(send_dead_letters(ministack.endpoint(), &url));
    let operator = Operator {
        folder: &folder,
        settings: vec![
            ("COACH_QUEUE", "sqs".to_owned()),
            ("COACH_DATABASE_URL", url),
            ("AWS_ENDPOINT_URL", ministack.endpoint().to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ],
    };
    let listed = operator.queue(QUEUE);
    assert_eq!(
        (&listed["dead"], &listed["oldestSeconds"]),
        (&json!(2), &Value::Null)
    );
    let stdout = operator.succeed(&["show", QUEUE]);
    for part in ["webhook.video v1", "not an envelope", "2 of 2 dead letters"] {
        assert!(stdout.contains(part), "{part} is not in\n{stdout}");
    }
    let shown = operator.json(&["show", QUEUE]);
    let letters = shown["letters"].as_array().expect("letters").iter();
    let id = |is_envelope: bool| {
        let mut found = letters
            .clone()
            .filter(|it| it["envelope"].is_object() == is_envelope);
        found.next().expect("one")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let (envelope_id, other_id) = (id(true), id(false));
    let stdout = operator.succeed(&["redrive", QUEUE, "--dry-run"]);
    assert!(
        stdout.starts_with("2 dead letters of webhooks would be given back"),
        "{stdout}"
    );
    let stdout = operator.succeed(&["redrive", QUEUE, "--id", &envelope_id, "--actor", "ada"]);
    assert_eq!(stdout, "1 dead letter of webhooks given back, 1 left\n");
    let stdout = operator.succeed(&["discard", QUEUE, "--id", &other_id, "--actor", "ada"]);
    assert_eq!(stdout, "1 dead letter of webhooks discarded, 0 left\n");
    operator.succeed(&["pause", QUEUE, "--actor", "ada"]);
    let listed = operator.queue(QUEUE);
    assert_eq!(
        (&listed["dead"], &listed["waiting"]),
        (&json!(0), &json!(1))
    );
    assert!(listed["pausedSince"].is_string());
    operator.succeed(&["resume", QUEUE, "--actor", "ada"]);
    let entries = operator.entries();
    let actions: Vec<_> = entries
        .iter()
        .map(|entry| entry["action"].as_str().expect("text"))
        .collect();
    assert_eq!(
        actions,
        [
            "queue.redrive",
            "queue.discard",
            "queue.pause",
            "queue.resume"
        ]
    );
    assert_eq!(entries[1]["detail"]["letters"][0]["id"], other_id);
}
