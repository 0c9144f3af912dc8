//! Wiring what works behind the answers: which queue, which store, which mail.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use chrono::TimeDelta;
use coach_domain::{
    catalogue,
    clock::{Clock, SystemClock},
    mail::Mailer,
    object::ObjectStore,
    queue::{Queue, QueueName},
};
use coach_workers::{
    Exports, Worker, aws,
    consumer::{Consumer, Pool},
    event::{self, SnsTopic},
    live::Live,
    mail::{
        Letters,
        send::{Limited, Mailbox, Ses, SesSettings, Smtp, SmtpSettings},
    },
    object::{Folder, S3},
    partner::{PartnerOptions, PartnerSync},
    relay::{LOOKS_EVERY, Outlet, Relay, Route},
    schedule::Scheduler,
    webhook::Webhooks,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app, database,
    queues::Queues,
    settings::{Mail, Objects, Settings},
};

/// How long to wait before a worker that could not start is started again.
const AGAIN: Duration = Duration::from_secs(2);

/// For each half of the conversation with an SMTP server: two of them fit into a message's deadline.
const SMTP_TIMEOUT: Duration = Duration::from_secs(25);

/// The object store that the settings name.
///
/// # Errors
///
/// What is missing to reach it.
pub async fn objects(settings: &Settings) -> anyhow::Result<Arc<dyn ObjectStore>> {
    Ok(match &settings.storage.objects {
        Objects::Folder(folder) => Arc::new(Folder::new(folder)),
        Objects::S3(url) => {
            let bucket = url.host_str().unwrap_or_default();
            let (config, clock) = (aws::surroundings().await, Arc::new(SystemClock));
            let store = S3::new(&config, bucket, url.path(), clock);
            Arc::new(store.map_err(|error| anyhow!(error))?)
        }
    })
}

async fn mailer(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Mailer>> {
    let rate = settings.worker.letters.rate;
    Ok(match &settings.storage.mail {
        // Nobody counts there.
        Mail::Folder(folder) => Arc::new(Mailbox::new(folder, clock)),
        Mail::Ses => {
            let config = aws::surroundings().await;
            let ses = Ses::new(&config, SesSettings::default(), clock);
            Arc::new(Limited::new(ses.map_err(|error| anyhow!(error))?, rate))
        }
        Mail::Smtp(url) => {
            let smtp = Smtp::new(&SmtpSettings {
                url: url.to_string(),
                hello: settings.worker.letters.house.domain().to_owned(),
                root_certificate: None,
                timeout: SMTP_TIMEOUT,
            });
            Arc::new(Limited::new(smtp.map_err(|error| anyhow!(error))?, rate))
        }
    })
}

/// Works until asked to stop. Starts again when something that it needs is not there yet, so that a database or a cloud
/// that is away for a while ends nobody.
pub async fn run(
    settings: &Settings,
    database: &str,
    catalogue: Arc<catalogue::Cache>,
    stop: CancellationToken,
) {
    let pool = match database::worker_pool(database, settings) {
        Ok(pool) => pool,
        Err(error) => {
            tracing::error!(error = app::plainly(&error), "the worker has no database");
            return;
        }
    };
    let mut told = None;
    while !stop.is_cancelled() {
        match worker(settings, pool.clone(), catalogue.clone()).await {
            Ok(worker) => {
                tracing::info!(queue = ?settings.storage.queue, "working");
                worker.run(stop.clone()).await;
                break;
            }
            Err(error) => {
                let error = format!("{error:#}");
                if told.as_ref() != Some(&error) {
                    tracing::warn!(error, "the worker cannot start yet; it goes on trying");
                    told = Some(error);
                }
                tokio::select! {
                    () = tokio::time::sleep(AGAIN) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }
    pool.close().await;
}

async fn worker(
    settings: &Settings,
    pool: coach_domain::database::Pool,
    catalogue: Arc<catalogue::Cache>,
) -> anyhow::Result<Worker> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    pool.ping().await?;
    let queues = Queues::open(settings, pool.clone()).await?;
    let objects = objects(settings).await?;
    let mailer = mailer(settings, clock.clone()).await?;
    let house = Arc::new(settings.worker.letters.house.clone());
    if !house.offers_to_unsubscribe() {
        tracing::warn!(
            "mail after the end of a subscription has to offer to unsubscribe, and is not sent: set \
             COACH_MAIL_UNSUBSCRIBE_URL and COACH_MAIL_UNSUBSCRIBE_KEY"
        );
    }
    let consuming = settings.worker.consuming;
    let letters = |queue| Letters {
        queue,
        pool: pool.clone(),
        catalogue: catalogue.clone(),
        objects: objects.clone(),
        clock: clock.clone(),
        house: house.clone(),
        mailer: mailer.clone(),
        budgets: settings.worker.letters.budgets,
        patience: TimeDelta::from_std(consuming.deadline).unwrap_or(TimeDelta::MAX),
    };
    let exports = Exports {
        pool: pool.clone(),
        objects: objects.clone(),
        clock: clock.clone(),
        letters: letters(QueueName::EmailAttachments),
    };
    let mut consumers: Vec<Arc<dyn Consumer>> = vec![
        Arc::new(letters(QueueName::EmailUrgent)),
        Arc::new(letters(QueueName::Email)),
        Arc::new(exports),
    ];
    let live = Live {
        pool: pool.clone(),
        objects: objects.clone(),
        clock: clock.clone(),
        provider: settings.video()?,
    };
    consumers.push(Arc::new(live.clone()));
    consumers.push(Arc::new(Webhooks {
        pool: pool.clone(),
        clock: clock.clone(),
        apple: settings.shops.apple(),
        google: settings.shops.google()?,
        stripe: settings.shops.stripe()?,
        stripe_products: settings.shops.stripe_products.clone(),
    }));
    let partners = settings.partners.clone();
    let options = PartnerOptions::default();
    let partners = PartnerSync::new(partners, &options, pool.clone(), clock.clone())?;
    consumers.push(Arc::new(partners));
    let worker = Worker {
        relay: Relay {
            pool: pool.clone(),
            objects: objects.clone(),
            clock: clock.clone(),
            rate: settings.worker.relay_rate,
            looks_every: LOOKS_EVERY,
        },
        routes: routes(settings, &queues.queue).await,
        pool: Pool {
            queue: queues.queue,
            objects: objects.clone(),
        },
        consumers,
        consuming,
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

/// Events go nowhere without a topic.
async fn routes(settings: &Settings, queue: &Arc<dyn Queue>) -> Vec<Route> {
    let consumed = QueueName::CONSUMED.into_iter().map(|name| Route {
        name,
        outlet: Some(Outlet::Queue(queue.clone())),
        keeps_order: settings.keeps_order(name),
    });
    let topic = match &settings.worker.topic {
        Some(arn) => Some(SnsTopic::new(event::client().await, arn)),
        None => None,
    };
    let events = Route {
        name: QueueName::Events,
        keeps_order: topic.as_ref().is_some_and(SnsTopic::keeps_order),
        outlet: topic.map(Outlet::Topic),
    };
    consumed.chain([events]).collect()
}
