//! The same where the queues are on SQS.

use std::time::Duration;

use coach_domain::{
    database::{self, Options},
    queue::{MAX_RECEIVES, Outgoing, Queue as _, QueueName},
};
use coach_gateway::embedded;
use coach_tests::{Ministack, aws::sqs as client};
use coach_workers::queue::{
    SqsQueue,
    sqs::{self, Addresses},
};
use serde_json::{Value, json};

use super::{QUEUE, envelope, operator::Operator};
use crate::coach::{Dev, folder, port, turn};

/// Puts two dead letters on SQS.
async fn bury_on_sqs(endpoint: &str, url: &str) {
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
            let given = queue.extend(name, &message.receipt, Duration::ZERO);
            given.await.expect("given back");
        }
    }
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[test]
fn it_is_the_same_on_sqs() {
    let _turn = turn();
    let ministack = Ministack::beside(env!("CARGO_TARGET_TMPDIR"), "sqs");
    let folder = folder();
    let _dev = Dev::start(&folder, port());
    let url = embedded::running(&folder.join("home"), "coach").expect("coach dev runs");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(bury_on_sqs(ministack.endpoint(), &url));
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
    let listed = operator.listed(QUEUE);
    assert_eq!(
        (&listed["dead"], &listed["oldestSeconds"]),
        (&json!(2), &Value::Null)
    );
    let said = operator.says(&["show", QUEUE]);
    for part in ["webhook.video v1", "not an envelope", "2 of 2 dead letters"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let shown = operator.json(&["show", QUEUE]);
    let letters = shown["letters"].as_array().expect("letters").iter();
    let id = |wanted: bool| {
        let mut found = letters
            .clone()
            .filter(|it| it["envelope"].is_object() == wanted);
        found.next().expect("one")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let (ours, strange) = (id(true), id(false));
    let said = operator.says(&["redrive", QUEUE, "--dry-run"]);
    assert!(
        said.starts_with("2 dead letters of webhooks would be given back"),
        "{said}"
    );
    let said = operator.says(&["redrive", QUEUE, "--id", &ours, "--actor", "ada"]);
    assert_eq!(said, "1 dead letter of webhooks given back, 1 left\n");
    let said = operator.says(&["discard", QUEUE, "--id", &strange, "--actor", "ada"]);
    assert_eq!(said, "1 dead letter of webhooks discarded, 0 left\n");
    operator.says(&["pause", QUEUE, "--actor", "ada"]);
    let listed = operator.listed(QUEUE);
    assert_eq!(
        (&listed["dead"], &listed["waiting"]),
        (&json!(0), &json!(1))
    );
    assert!(listed["pausedSince"].is_string());
    operator.says(&["resume", QUEUE, "--actor", "ada"]);
    let deeds = operator.deeds();
    let actions: Vec<_> = deeds
        .iter()
        .map(|deed| deed["action"].as_str().expect("text"))
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
    assert_eq!(deeds[1]["detail"]["letters"][0]["id"], strange);
}
