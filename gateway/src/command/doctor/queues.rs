//! The queues and the topic on AWS.

use std::time::Duration;

use coach_domain::queue::{DEAD_LETTER_RETENTION, Error, MAX_RECEIVES, QueueName};
use coach_gateway::settings::Queue;
use coach_workers::{
    event::{self, SnsTopic},
    queue::sqs::{self, DeadLetterQueue, QueueInspection, keeps_order},
};
use futures_util::future::join_all;
use serde_json::json;

use super::{
    check::{Check, Findings, Severity},
    context::Context,
};

const SETTINGS: &[&str] = &["queue"];

/// What to do when AWS does not answer.
const UNREACHABLE: &str = "check AWS_REGION, the credentials (the task's role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), \
     AWS_ENDPOINT_URL, and the way to AWS (a NAT gateway, or a VPC endpoint)";

/// The checks of all queues, and of the topic.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let mut checks = queues(context).await;
    checks.push(topic(context).await);
    checks
}

async fn queues(context: &Context<'_>) -> Vec<Check> {
    if context.settings.storage.queue == Queue::Postgres {
        let reason =
            "COACH_QUEUE=postgres: they are tables of the database, which the migrations make";
        return vec![Check::skipped("queues", reason)];
    }
    let client = sqs::client().await;
    let addresses = &context.settings.worker.addresses;
    let checks = QueueName::CONSUMED.map(|queue| {
        let address = addresses.get(&queue).map_or(queue.as_str(), String::as_str);
        let client = &client;
        let look = async move {
            match sqs::inspect(client, address).await {
                Ok(found) => inspected(&found),
                Err(error @ Error::NotFound(_)) => {
                    let mend = format!(
                        "`coach queue create`, or {}, or correct COACH_QUEUE_ADDRESSES or AWS_REGION",
                        create(address)
                    );
                    Findings::problem(error.to_string(), mend)
                }
                Err(error) => failed(address, &error),
            }
        };
        context.check(format!("queue {queue}"), SETTINGS, UNREACHABLE, look)
    });
    join_all(checks).await
}

/// What mends a queue that cannot be looked at.
fn failed(address: &str, error: &Error) -> Findings {
    let mend = match error {
        Error::NotFound(_) => create(address),
        Error::Misconfigured(_) => {
            "allow the process's role sqs:GetQueueUrl and sqs:GetQueueAttributes on the queue and its `-dlq` (docs/DEPLOY.md, \
             \"Rights on AWS\")"
                .to_owned()
        }
        _ => UNREACHABLE.to_owned(),
    };
    Findings::problem(error.to_string(), mend)
}

/// The command that creates a queue of this name.
fn create(address: &str) -> String {
    let name = address.rsplit('/').next().unwrap_or(address);
    let fifo = if keeps_order(name) {
        ",FifoQueue=true"
    } else {
        ""
    };
    let retention = DEAD_LETTER_RETENTION.as_secs();
    format!(
        "aws sqs create-queue --queue-name {name} --attributes MessageRetentionPeriod={retention}{fifo}"
    )
}

fn inspected(queue: &QueueInspection) -> Findings {
    let mut findings = Findings::ok(format!(
        "kept {}, dead after {} receives, hidden for {} s unless a worker says otherwise",
        days(queue.retention),
        queue
            .redrive
            .as_ref()
            .map_or("no".to_owned(), |policy| policy.max_receives.to_string()),
        queue.visibility.as_secs()
    ));
    check_retention(
        &mut findings,
        Severity::Warning,
        &queue.url,
        queue.retention,
    );
    match &queue.dead_letter_queue {
        Ok(letters) => {
            check_retention(
                &mut findings,
                Severity::Problem,
                &letters.url,
                letters.retention,
            );
            check_policy(&mut findings, queue, letters);
        }
        Err(error) => {
            let name = &queue.dead_letter_name;
            let found = failed(name, error);
            findings.list.extend(found.list);
            if queue.redrive.is_none() {
                findings.add(
                    Severity::Problem,
                    "it has no redrive policy, without which a message that nobody can process comes back forever",
                    format!("when {name} is there: {}", set_policy(&queue.url, "ARN of it")),
                );
            }
        }
    }
    findings
}

fn check_retention(findings: &mut Findings, severity: Severity, url: &str, retention: Duration) {
    if retention < DEAD_LETTER_RETENTION {
        findings.add(
            severity,
            format!(
                "{url} keeps messages for {} and not for {}: they are lost before somebody has looked",
                days(retention),
                days(DEAD_LETTER_RETENTION)
            ),
            format!(
                "aws sqs set-queue-attributes --queue-url {url} --attributes MessageRetentionPeriod={}",
                DEAD_LETTER_RETENTION.as_secs()
            ),
        );
    }
}

fn check_policy(findings: &mut Findings, queue: &QueueInspection, letters: &DeadLetterQueue) {
    let what = match &queue.redrive {
        None => "it has no redrive policy, without which a message that nobody can process comes back forever".to_owned(),
        Some(policy) if policy.max_receives != MAX_RECEIVES => format!(
            "messages are dead letters after {} receives, and not after {MAX_RECEIVES}",
            policy.max_receives
        ),
        Some(policy) if policy.target != letters.arn => format!(
            "dead letters go to {}, and `coach queue` and the console look for them in {}",
            policy.target, letters.arn
        ),
        Some(_) => return,
    };
    findings.add(
        Severity::Problem,
        what,
        set_policy(&queue.url, &letters.arn),
    );
}

/// The command that sets the redrive policy of a queue.
fn set_policy(url: &str, target: &str) -> String {
    let policy =
        json!({ "deadLetterTargetArn": target, "maxReceiveCount": MAX_RECEIVES.to_string() });
    let attributes = json!({ "RedrivePolicy": policy.to_string() });
    format!("aws sqs set-queue-attributes --queue-url {url} --attributes '{attributes}'")
}

fn days(time: Duration) -> String {
    let hours = time.as_secs() / 3_600;
    if hours.is_multiple_of(24) {
        format!("{} days", hours / 24)
    } else {
        format!("{hours} h")
    }
}

async fn topic(context: &Context<'_>) -> Check {
    let name = "topic of events";
    if !context.has_worker() {
        return Check::skipped(name, "--role gateway: workers publish");
    }
    let Some(arn) = &context.settings.worker.topic else {
        return Check::skipped(name, "COACH_EVENTS_TOPIC is not set: events are discarded");
    };
    let look = async {
        let topic = SnsTopic::new(event::client().await, arn);
        match topic.inspect().await {
            Ok(()) => Findings::ok(arn),
            Err(Error::Refused(_)) => Findings::warning(
                format!(
                    "the credentials may not look at {arn}; whether they may publish is not tried"
                ),
                "allow the process's role sns:GetTopicAttributes, beside the sns:Publish that it needs",
            ),
            Err(error @ Error::Misconfigured(_)) => Findings::problem(
                error.to_string(),
                format!(
                    "aws sns create-topic --name {}, or correct COACH_EVENTS_TOPIC; the role of workers needs sns:Publish",
                    arn.rsplit(':').next().unwrap_or_default()
                ),
            ),
            Err(error) => Findings::problem(error.to_string(), UNREACHABLE),
        }
    };
    context
        .check(name, &["events_topic"], UNREACHABLE, look)
        .await
}
