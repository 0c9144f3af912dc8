//! `coach queue create`.

use anyhow::{anyhow, ensure};
use coach_domain::queue::{Error, MAX_RECEIVES};
use coach_gateway::settings::{self, Settings};
use coach_workers::queue::sqs::{self, QueueInspection};

/// Creates the queues on SQS that do not exist, each with its queue of dead letters. Those that exist are left as they are.
pub(super) async fn run(settings: &Settings, dry_run: bool) -> anyhow::Result<String> {
    ensure!(
        settings.storage.queue == settings::Queue::Sqs,
        "COACH_QUEUE is postgres: its queues are tables, which `coach migrate` makes; set COACH_QUEUE=sqs to create those on SQS"
    );
    let client = sqs::client().await;
    let mut lines = String::new();
    for address in settings.worker.addresses.values() {
        let outcome = match sqs::inspect(&client, address).await {
            Ok(found) => existing(&found),
            Err(error) if !is_missing(&error) => return Err(error.into()),
            Err(_) if dry_run => "would be created".to_owned(),
            Err(_) => create(&client, address).await?,
        };
        lines.push_str(&format!("{address}: {outcome}\n"));
    }
    Ok(lines)
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Misconfigured(why) if why.contains("there is no queue"))
}

fn existing(found: &QueueInspection) -> String {
    match (&found.redrive, &found.dead_letter_queue) {
        (Some(_), Ok(_)) => "is there".to_owned(),
        _ => {
            "is there, and without its dead letters; `coach doctor` says how to mend it".to_owned()
        }
    }
}

async fn create(client: &sqs::Client, address: &str) -> anyhow::Result<String> {
    ensure!(
        !address.contains("://"),
        "{address} does not exist, and only a queue's name can be created: set it in COACH_QUEUE_ADDRESSES"
    );
    let created = sqs::create(client, address).await;
    created.map_err(|error| anyhow!("{address} was not created: {error}"))?;
    Ok(format!(
        "created, with dead letters after {MAX_RECEIVES} receives"
    ))
}
