//! Faults of queues, topic and bucket on AWS.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use coach_domain::queue::QueueName;
use coach_tests::{
    Ministack,
    aws::{sns, sqs as client},
};
use coach_workers::queue::sqs;
use serde_json::Value;

use super::run::Doctor;
use crate::coach::folder;

/// Creates a queue with one attribute of its own, and returns its URL.
async fn create(
    client: &Client,
    name: &str,
    attribute: Option<(QueueAttributeName, &str)>,
) -> String {
    let mut call = client.create_queue().queue_name(name);
    if let Some((name, value)) = attribute {
        call = call.attributes(name, value);
    }
    let created = call.send().await.expect("created");
    created.queue_url.expect("a URL")
}

/// Does what a command of AWS does.
async fn mend(client: &Client, command: &str) {
    let words: Vec<_> = command.splitn(7, ' ').collect();
    let [
        "aws",
        "sqs",
        "set-queue-attributes",
        "--queue-url",
        url,
        "--attributes",
        attributes,
    ] = words[..]
    else {
        panic!("{command}");
    };
    let attributes = attributes.trim_matches('\'');
    let mut call = client.set_queue_attributes().queue_url(url);
    if let Some((name, value)) = attributes.split_once('=') {
        call = call.attributes(name.into(), value);
    } else {
        let attributes: Value = serde_json::from_str(attributes).expect("JSON");
        let policy = attributes["RedrivePolicy"].as_str().expect("a policy");
        call = call.attributes(QueueAttributeName::RedrivePolicy, policy);
    }
    call.send().await.expect(command);
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one account with all of its faults")]
async fn faults_of_queues_topic_and_bucket_are_named() {
    let ministack = Ministack::beside(env!("CARGO_TARGET_TMPDIR"), "sqs,sns,s3");
    let endpoint = ministack.endpoint();
    let queues = client(endpoint);
    let two_weeks = "1209600";
    let retention = |seconds| Some((QueueAttributeName::MessageRetentionPeriod, seconds));
    // No redrive policy.
    create(&queues, "email", retention(two_weeks)).await;
    create(&queues, "email-dlq", retention(two_weeks)).await;
    // No queue of dead letters.
    create(&queues, "live", retention(two_weeks)).await;
    // Dead letters are kept for an hour.
    sqs::create(&queues, "email-urgent").await.expect("created");
    let letters = queues
        .get_queue_url()
        .queue_name("email-urgent-dlq")
        .send()
        .await;
    let letters = letters.expect("known").queue_url.expect("a URL");
    let hour = format!(
        "aws sqs set-queue-attributes --queue-url {letters} --attributes MessageRetentionPeriod=3600"
    );
    mend(&queues, &hour).await;
    // Three receives.
    sqs::create(&queues, "webhooks").await.expect("created");
    let webhooks = queues.get_queue_url().queue_name("webhooks").send().await;
    let webhooks = webhooks.expect("known").queue_url.expect("a URL");
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:webhooks-dlq","maxReceiveCount":"3"}"#;
    let three = serde_json::json!({ "RedrivePolicy": policy });
    let three =
        format!("aws sqs set-queue-attributes --queue-url {webhooks} --attributes '{three}'");
    mend(&queues, &three).await;
    // Dead letters go elsewhere. There is no queue partner-sync.
    sqs::create(&queues, "email-attachments")
        .await
        .expect("created");
    let url = three
        .replace("webhooks-dlq", "email-dlq")
        .replace(":\\\"3", ":\\\"5");
    let url = url.replace(
        &webhooks,
        &webhooks.replace("webhooks", "email-attachments"),
    );
    mend(&queues, &url).await;

    let folder = folder();
    let topic = "arn:aws:sns:us-east-1:000000000000:coach-events";
    let doctor = Doctor::new(&folder)
        .set("COACH_QUEUE", "sqs")
        .set("COACH_EVENTS_TOPIC", topic)
        .set("COACH_OBJECTS", "s3://coach-objects/test")
        .set("AWS_ENDPOINT_URL", endpoint)
        .set("AWS_REGION", "us-east-1")
        .set("AWS_ACCESS_KEY_ID", "test")
        .set("AWS_SECRET_ACCESS_KEY", "test");
    let report = doctor.json(&["--write"]);
    let set = "aws sqs set-queue-attributes --queue-url ";
    let mends = [
        ("queue email", "no redrive policy"),
        ("queue email-urgent", "for 1 h and not for 14 days"),
        ("queue webhooks", "after 3 receives, and not after 5"),
        (
            "queue email-attachments",
            "look for them in arn:aws:sqs:us-east-1:000000000000:email-attachments-dlq",
        ),
    ]
    .map(|(name, what)| report.assert_finding(name, "problem", what, set));
    for (name, what, mend) in [
        (
            "queue live",
            "no queue live-dlq",
            "aws sqs create-queue --queue-name live-dlq",
        ),
        (
            "queue live",
            "no redrive policy",
            "when live-dlq is there: aws sqs set-queue-attributes",
        ),
        (
            "queue partner-sync",
            "no queue partner-sync",
            "aws sqs create-queue --queue-name partner-sync",
        ),
        (
            "topic of events",
            "no topic",
            "aws sns create-topic --name coach-events",
        ),
        (
            "objects: read",
            "no such bucket",
            "aws s3api create-bucket --bucket coach-objects",
        ),
    ] {
        report.assert_finding(name, "problem", what, mend);
    }
    assert_eq!(report.outcome("objects: write"), "skipped", "{report}");

    for command in mends {
        mend(&queues, command).await;
    }
    sqs::create(&queues, "partner-sync").await.expect("created");
    sns(endpoint)
        .create_topic()
        .name("coach-events")
        .send()
        .await
        .expect("created");
    let bucket = reqwest::Client::new().put(format!("{endpoint}/coach-objects"));
    assert!(
        bucket
            .send()
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    create(&queues, "live-dlq", retention(two_weeks)).await;
    let report = doctor.json(&["--write"]);
    let live = report.assert_finding("queue live", "problem", "no redrive policy", set);
    mend(&queues, live).await;

    let report = doctor.json(&["--write"]);
    let names = QueueName::CONSUMED.map(|name| format!("queue {name}"));
    let others = ["topic of events", "objects: read", "objects: write"].map(str::to_owned);
    for name in names.into_iter().chain(others) {
        assert_eq!(report.outcome(&name), "ok", "{name}: {report}");
    }
}
