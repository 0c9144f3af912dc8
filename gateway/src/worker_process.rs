//! Assembles and runs the background workers: queue, object store and mail transport as configured.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use chrono::TimeDelta;
use coach_domain::{
    catalogue,
    clock::{Clock, SystemClock},
    database::Pool,
    mail::Mailer,
    object::ObjectStore,
    queue::{Queue, QueueName},
};
use coach_workers::{
    Exports, Worker, aws,
    consumer::ConsumerPool,
    event::{self, SnsTopic},
    live::Live,
    mail::{
        EmailConsumer,
        send::{Mailbox, RateLimited, Ses, SesSettings, Smtp, SmtpSettings},
    },
    object::{Folder, S3},
    partner::{PartnerOptions, PartnerSync},
    relay::{DEFAULT_POLL_INTERVAL, Destination, Relay, Route},
    schedule::Scheduler,
    webhook::Webhooks,
};
use reqwest::Url;
use tokio_util::sync::CancellationToken;

use crate::{
    database,
    queues::{self, Queues},
    settings::{Mail, Objects, Settings},
    settings_updates::{SettingsUpdates, Update},
};

/// How long to wait before another attempt to start a worker that could not start.
const START_RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// For each of the two phases of an SMTP conversation; both fit into a message's default deadline of 60 seconds.
const SMTP_TIMEOUT: Duration = Duration::from_secs(25);

/// Opens the configured object store.
///
/// # Errors
///
/// When the store's client cannot be created.
pub async fn objects(settings: &Settings) -> anyhow::Result<Arc<dyn ObjectStore>> {
    Ok(match &settings.storage.objects {
        Objects::Folder(folder) => Arc::new(Folder::new(folder)),
        Objects::S3(url) => Arc::new(s3(url).await?),
    })
}

/// Opens the part of a bucket that a URL `s3://bucket/prefix` names.
///
/// # Errors
///
/// When the client cannot be created.
pub async fn s3(url: &Url) -> anyhow::Result<S3> {
    let bucket = url.host_str().unwrap_or_default();
    let (config, clock) = (aws::sdk_config().await, Arc::new(SystemClock));
    let store = S3::new(&config, bucket, url.path(), clock);
    store.map_err(|error| anyhow!(error))
}

async fn mailer(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Mailer>> {
    let rate = settings.worker.mail.rate;
    Ok(match &settings.storage.mail {
        // Writing files needs no rate limit.
        Mail::Folder(folder) => Arc::new(Mailbox::new(folder, clock)),
        Mail::Ses => Arc::new(RateLimited::new(ses(clock).await?, rate)),
        Mail::Smtp(url) => Arc::new(RateLimited::new(smtp(settings, url)?, rate)),
    })
}

/// Opens Amazon SES. Makes no call.
///
/// # Errors
///
/// When the client cannot be created.
pub async fn ses(clock: Arc<dyn Clock>) -> anyhow::Result<Ses> {
    let config = aws::sdk_config().await;
    let ses = Ses::new(&config, SesSettings::default(), clock);
    ses.map_err(|error| anyhow!(error))
}

/// Opens an SMTP server. Connects to nothing yet.
///
/// # Errors
///
/// When the URL or its credentials are not valid.
pub fn smtp(settings: &Settings, url: &Url) -> anyhow::Result<Smtp> {
    let smtp = Smtp::new(&SmtpSettings {
        url: url.to_string(),
        hello: settings.worker.mail.sender.domain().to_owned(),
        root_certificate: None,
        timeout: SMTP_TIMEOUT,
    });
    smtp.map_err(|error| anyhow!(error))
}

/// Runs the workers until `stop` is cancelled. Retries the start while a dependency is unavailable, so that an outage
/// of the database or of a cloud service does not end the process. When a file of secrets changes, the workers are stopped,
/// which finishes what is in progress, and started with the new secrets.
pub async fn run(
    mut settings: Settings,
    mut updates: SettingsUpdates,
    database: &str,
    catalogue: Arc<catalogue::Cache>,
    stop: CancellationToken,
) {
    let pool = match database::worker_pool(database, &settings) {
        Ok(pool) => pool,
        Err(error) => {
            tracing::error!(
                error = error.message_with_cause(),
                "the worker's database pool cannot be created"
            );
            return;
        }
    };
    let (mut files, mut last_error) = (0, None);
    while !stop.is_cancelled() {
        let worked = work_until_updated(&settings, files, &mut updates, &pool, &catalogue, &stop);
        match worked.await {
            Ok(Some(update)) => {
                settings = update.settings.clone();
                files = update.files;
            }
            Ok(None) => {}
            Err(error) => {
                let error = format!("{error:#}");
                if last_error.as_ref() != Some(&error) {
                    tracing::warn!(error, "the worker cannot start yet; it will retry");
                    last_error = Some(error);
                }
                let retry = tokio::time::sleep(START_RETRY_INTERVAL);
                stop.run_until_cancelled(retry).await;
            }
        }
    }
    pool.close().await;
}

/// Runs the workers until `stop` is cancelled, or a file of secrets has changed after the first `files` changes; that is
/// returned. The pool follows the database's credentials all the time.
async fn work_until_updated(
    settings: &Settings,
    files: u64,
    updates: &mut SettingsUpdates,
    pool: &Pool,
    catalogue: &Arc<catalogue::Cache>,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Arc<Update>>> {
    let round = stop.child_token();
    let mut worked = Box::pin(work(settings, pool, catalogue, &round));
    loop {
        tokio::select! {
            result = &mut worked => return result.map(|()| None),
            update = updates.next() => {
                database::set_credentials(pool, update.settings.database_url.as_deref());
                if update.files > files {
                    round.cancel();
                    // If this round could not start, the next one may.
                    let _ = worked.await;
                    return Ok(Some(update));
                }
            }
        }
    }
}

/// Starts the workers, and runs them until `stop` is cancelled.
async fn work(
    settings: &Settings,
    pool: &Pool,
    catalogue: &Arc<catalogue::Cache>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let started = Box::pin(build_worker(settings, pool.clone(), catalogue.clone()));
    let Some(worker) = stop.run_until_cancelled(started).await else {
        return Ok(());
    };
    let worker = worker?;
    tracing::info!(queue = ?settings.storage.queue, "workers started");
    worker.run(stop.clone()).await;
    Ok(())
}

async fn build_worker(
    settings: &Settings,
    pool: Pool,
    catalogue: Arc<catalogue::Cache>,
) -> anyhow::Result<Worker> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    pool.ping().await?;
    let queues = Queues::open(settings, pool.clone()).await?;
    queues::check_redrive_policies(settings);
    let objects = objects(settings).await?;
    let mailer = mailer(settings, clock.clone()).await?;
    let sender = Arc::new(settings.worker.mail.sender.clone());
    if !sender.offers_to_unsubscribe() {
        tracing::warn!(
            "mail after the end of a subscription has to offer to unsubscribe, and is not sent: set \
             COACH_MAIL_UNSUBSCRIBE_URL and COACH_MAIL_UNSUBSCRIBE_KEY"
        );
    }
    let consumer_options = settings.worker.consumer_options;
    let letters = |queue| EmailConsumer {
        queue,
        pool: pool.clone(),
        catalogue: catalogue.clone(),
        objects: objects.clone(),
        clock: clock.clone(),
        sender: sender.clone(),
        mailer: mailer.clone(),
        budgets: settings.worker.mail.budgets,
        deadline: TimeDelta::from_std(consumer_options.deadline).unwrap_or(TimeDelta::MAX),
    };
    let exports = Exports {
        pool: pool.clone(),
        objects: objects.clone(),
        clock: clock.clone(),
    };
    let live = Live {
        pool: pool.clone(),
        objects: objects.clone(),
        clock: clock.clone(),
        provider: settings.video_provider()?,
    };
    let webhooks = Webhooks {
        pool: pool.clone(),
        clock: clock.clone(),
        apple: settings.shops.apple(),
        google: settings.shops.google()?,
        stripe: settings.shops.stripe()?,
        stripe_products: settings.shops.stripe_products.clone(),
    };
    let partners = settings.partners.clone();
    let options = PartnerOptions::default();
    let partners = PartnerSync::new(partners, &options, pool.clone(), clock.clone())?;
    let consumers = vec![
        letters(QueueName::EmailUrgent).consumer(),
        letters(QueueName::Email).consumer(),
        exports.consumer(letters(QueueName::EmailAttachments)),
        live.clone().consumer(),
        webhooks.consumer(),
        partners.consumer(),
    ];
    let worker = Worker {
        relay: Relay {
            pool: pool.clone(),
            objects: objects.clone(),
            clock: clock.clone(),
            rate: settings.worker.relay_rate,
            poll_interval: DEFAULT_POLL_INTERVAL,
        },
        routes: routes(settings, &queues.queue).await,
        consumer_pool: ConsumerPool {
            queue: queues.queue,
            objects: objects.clone(),
        },
        consumers,
        consumer_options,
        scheduler: Scheduler {
            pool: pool.clone(),
            queue: queues.postgres,
            objects,
            clock,
        },
        live,
    };
    Ok(worker)
}

/// The relay's routes. Without a topic, the route of events has no destination and they are discarded.
async fn routes(settings: &Settings, queue: &Arc<dyn Queue>) -> Vec<Route> {
    let consumed = QueueName::CONSUMED.into_iter().map(|name| Route {
        name,
        destination: Some(Destination::Queue(queue.clone())),
        keeps_order: settings.keeps_order(name),
    });
    let topic = match &settings.worker.topic {
        Some(arn) => Some(SnsTopic::new(event::client().await, arn)),
        None => None,
    };
    let events = Route {
        name: QueueName::Events,
        keeps_order: topic.as_ref().is_some_and(SnsTopic::keeps_order),
        destination: topic.map(Destination::Topic),
    };
    consumed.chain([events]).collect()
}
