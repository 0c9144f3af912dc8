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
    let (mut lines, mut is_complete) = (String::new(), true);
    for address in settings.worker.addresses.values() {
        let outcome = match sqs::inspect(&client, address).await {
            Ok(found) if has_dead_letters(&found)? => "is there".to_owned(),
            Ok(_) => {
                is_complete = false;
                "is there, and without its dead letters".to_owned()
            }
            Err(Error::NotFound(_)) if dry_run => "would be created".to_owned(),
            Err(Error::NotFound(_)) => create(&client, address).await?,
            Err(error) => return Err(error.into()),
        };
        lines.push_str(&format!("{address}: {outcome}\n"));
    }
    ensure!(
        is_complete,
        "{lines}`coach doctor` says how to mend what is without dead letters"
    );
    Ok(lines)
}

fn has_dead_letters(found: &QueueInspection) -> Result<bool, Error> {
    match (&found.redrive, &found.dead_letter_queue) {
        (Some(_), Ok(_)) => Ok(true),
        (None, _) | (_, Err(Error::NotFound(_))) => Ok(false),
        (_, Err(error)) => Err(error.clone()),
    }
}

async fn create(client: &sqs::Client, address: &str) -> anyhow::Result<String> {
    ensure!(
        !address.contains("://"),
        "{address} does not exist, and only a queue's name can be created: set it in COACH_QUEUE_ADDRESSES"
    );
    let created = sqs::create(client, address).await;
    created.map_err(|error| {
        anyhow!("{address} was not created, which takes sqs:CreateQueue and sqs:GetQueueAttributes: {error}")
    })?;
    Ok(format!(
        "created, with dead letters after {MAX_RECEIVES} receives"
    ))
}
