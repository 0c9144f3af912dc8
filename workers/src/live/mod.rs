//! The consumer of the queue `live`: keeps the status file up to date, and fetches the state of jobs from the video
//! provider.

mod brightcove;
mod file_age;

use std::{error::Error, sync::Arc, time::Duration};

use coach_domain::{
    clock::Clock,
    database::{Pool, Session},
    kill_point,
    live::{self, FetchVideoJob, JobUpdate, Publish, PublishError},
    object::ObjectStore,
    outbox::{self, OutboxBatch, Payload as _},
    webhook::{self, EventOutcome, VideoWebhookArrived},
};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tracing::Span;

pub use brightcove::{Brightcove, Job, VideoError};

use crate::{
    consumer::{Ack, JobHandler, Jobs, ReceivedMessage},
    ticker::every,
};

/// Handles the messages about live sessions. It needs no inbox, since processing a message again changes nothing.
#[derive(Clone)]
pub struct Live {
    /// The database.
    pub pool: Pool,
    /// The store of the status file.
    pub objects: Arc<dyn ObjectStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The video provider, if one is configured.
    pub provider: Option<Brightcove>,
}

/// How often the changes of sessions that are due at set times are applied.
const DUE_CHANGES_INTERVAL: Duration = Duration::from_secs(5);

/// How often the status file is compared with the database, and jobs that may be on air are fetched.
const RECONCILE_INTERVAL: Duration = Duration::from_mins(1);

/// A notification in either version of the API. Only the id of the job is used.
#[derive(Deserialize)]
struct Notification {
    #[serde(alias = "resource_id")]
    job_id: String,
}

impl JobHandler<Publish> for Live {
    async fn handle(&self, _: Publish, _: &ReceivedMessage) -> Result<(), Ack> {
        self.publish().await.map_err(|error| match error {
            PublishError::Ahead { .. } => Ack::dead_letter(error),
            _ => Ack::retry(error),
        })
    }
}

impl JobHandler<FetchVideoJob> for Live {
    async fn handle(&self, fetch: FetchVideoJob, _: &ReceivedMessage) -> Result<(), Ack> {
        let updated = self.update_job(&fetch.job_id).await;
        updated.map(drop).map_err(Ack::retry)
    }
}

impl JobHandler<VideoWebhookArrived> for Live {
    /// Updates the job that a notification names.
    async fn handle(&self, arrived: VideoWebhookArrived, _: &ReceivedMessage) -> Result<(), Ack> {
        let Some(event) = webhook::find(&self.pool, arrived.event).await? else {
            tracing::warn!(event = %arrived.event, "an event is not kept any more");
            return Ok(());
        };
        let notification: Result<Notification, _> = serde_json::from_slice(&event.body);
        let outcome = match notification {
            Err(error) => EventOutcome::Failed(format!("it names no job: {error}")),
            Ok(_) if self.provider.is_none() => {
                EventOutcome::Ignored("COACH_BRIGHTCOVE_API_KEY is not set".to_owned())
            }
            Ok(Notification { job_id }) => {
                match self.update_job(&job_id).await.map_err(Ack::retry)? {
                    Some(JobUpdate::New | JobUpdate::Unchanged) => EventOutcome::Done,
                    Some(JobUpdate::NoSession) => {
                        EventOutcome::Ignored(format!("no session has the job {job_id}"))
                    }
                    None => EventOutcome::Ignored(format!("there is no job {job_id}")),
                }
            }
        };
        webhook::record_outcome(&self.pool, event.id, &outcome, self.clock.now()).await?;
        Ok(())
    }
}

impl Live {
    /// The consumer of the queue.
    pub fn consumer(self) -> Jobs {
        let live = Arc::new(self);
        Jobs::new(Publish::QUEUE)
            .on::<Publish>(&live)
            .on::<FetchVideoJob>(&live)
            .on::<VideoWebhookArrived>(&live)
    }

    async fn publish(&self) -> Result<(), PublishError> {
        let session = Session::new(self.pool.clone(), Span::current());
        live::publish(&session, &*self.objects).await?;
        file_age::reset();
        Ok(())
    }

    /// Fetches the state of a job and records it. `None` without a provider, or if it does not know the job.
    async fn update_job(
        &self,
        job: &str,
    ) -> Result<Option<JobUpdate>, Box<dyn Error + Send + Sync>> {
        let Some(provider) = &self.provider else {
            return Ok(None);
        };
        let Some(found) = provider.job(job).await? else {
            tracing::warn!(job, "the video provider does not know this job");
            return Ok(None);
        };
        let now = self.clock.now();
        let session = Session::new(self.pool.clone(), Span::current());
        let transaction = session.begin().await?;
        let mut outbox = OutboxBatch::new(None, now);
        let update = live::record_job_facts(&transaction, &mut outbox, job, &found.facts()).await?;
        outbox::insert(&transaction, outbox.messages(), &Span::current()).await?;
        transaction.commit().await?;
        if update == JobUpdate::New {
            kill_point::reached("after-live-event");
            tracing::info!(job, state = ?found.state, "a job of the video provider has changed");
            outbox::notify_relays();
            // Published at once. If the process dies here, the message in the outbox does it.
            if let Err(error) = self.publish().await {
                tracing::warn!(%error, "the status file was not written; trying again");
            }
        }
        Ok(Some(update))
    }

    /// Applies due changes and reconciles periodically, until `stop` is cancelled. Failures are retried at the next
    /// interval. It is not part of the scheduler, since requests to the provider may take long.
    pub(crate) async fn run(self, stop: CancellationToken) {
        file_age::watch();
        tokio::join!(
            every(DUE_CHANGES_INTERVAL, &stop, || self.apply_due_changes()),
            every(RECONCILE_INTERVAL, &stop, || self.reconcile()),
        );
    }

    async fn apply_due_changes(&self) {
        if let Err(error) = live::apply_due_changes(&self.pool, self.clock.now()).await {
            tracing::warn!(%error, "due changes of live sessions were not applied; trying again");
        }
    }

    /// Publishes the status file, in case it was lost, and updates the jobs on air, in case a notification was lost.
    async fn reconcile(&self) {
        if let Err(error) = self.publish().await {
            tracing::warn!(%error, "the status file was not written; trying again");
        }
        if self.provider.is_none() {
            return;
        }
        let now = self.clock.now();
        let jobs = match live::jobs_on_air(&self.pool, now).await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::warn!(%error, "jobs on air were not found; trying again");
                return;
            }
        };
        for job in jobs {
            if let Err(error) = self.update_job(&job).await {
                tracing::warn!(%error, job, "a job was not updated; trying again");
            }
        }
    }
}
