//! The consumer of `live`: keeps the status file right, and asks the video provider how its jobs stand.

mod brightcove;

use std::{sync::Arc, time::Duration};

use coach_domain::{
    clock::Clock,
    database::Pool,
    database::Session,
    kill_point,
    live::{self, AskForJob, Learnt, Publish, PublishError},
    object::ObjectStore,
    outbox::{self, Effects, Payload as _},
    queue::QueueName,
    webhook::{self, Settled, VideoArrived},
};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde::Deserialize;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::Span;
use uuid::Uuid;

pub use brightcove::{Brightcove, Job, VideoError};

use crate::consumer::{Consumer, Delivery, Verdict};

/// Does all of it. Each of its messages can be done any number of times, so none is entered into the inbox.
#[derive(Clone)]
pub struct Live {
    /// The database.
    pub pool: Pool,
    /// Where the status file is.
    pub objects: Arc<dyn ObjectStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whose video it is, where there is a provider.
    pub provider: Option<Brightcove>,
}

#[async_trait::async_trait]
impl Consumer for Live {
    fn queue(&self) -> QueueName {
        Publish::QUEUE
    }

    async fn consume(&self, delivery: &Delivery) -> Verdict {
        let envelope = &delivery.envelope;
        match (envelope.kind.as_str(), envelope.version) {
            (Publish::KIND, Publish::VERSION) => match self.publish().await {
                Err(error @ PublishError::Ahead { .. }) => Verdict::fail(error),
                published => Verdict::of(published),
            },
            (AskForJob::KIND, AskForJob::VERSION) => match delivery.payload::<AskForJob>() {
                Ok(asked) => Verdict::of(self.ask(&asked.job_id).await),
                Err(verdict) => verdict,
            },
            (VideoArrived::KIND, VideoArrived::VERSION) => {
                match delivery.payload::<VideoArrived>() {
                    Ok(arrived) => Verdict::of(self.hear(arrived.event).await),
                    Err(verdict) => verdict,
                }
            }
            _ => Verdict::Unknown,
        }
    }
}

/// How late a session moves on because time has passed.
const PASSES_EVERY: Duration = Duration::from_secs(5);

/// How often the file is compared with the database, and the provider asked for what may be on.
const LOOKS_EVERY: Duration = Duration::from_mins(1);

/// The name of the job in a notification, in either version of the API. No more of it counts.
#[derive(Deserialize)]
struct Notification {
    #[serde(alias = "resource_id")]
    job_id: String,
}

/// Why a job could not be looked after.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error(transparent)]
    Video(#[from] VideoError),
    #[error(transparent)]
    Domain(#[from] coach_domain::Error),
    #[error(transparent)]
    Database(#[from] sea_orm::DbErr),
}

impl Live {
    async fn publish(&self) -> Result<(), PublishError> {
        let session = Session::new(self.pool.clone(), Span::current());
        live::publish(&session, &*self.objects).await.map(drop)
    }

    /// Asks about the job that a notification names.
    async fn hear(&self, event: Uuid) -> Result<(), AskError> {
        let Some(event) = webhook::find(&self.pool, event).await? else {
            tracing::warn!(%event, "an event is not kept any more");
            return Ok(());
        };
        let said: Result<Notification, _> = serde_json::from_slice(&event.body);
        let settled = match said {
            Err(error) => Settled::Failed(format!("it names no job: {error}")),
            Ok(_) if self.provider.is_none() => {
                Settled::Ignored("COACH_BRIGHTCOVE_API_KEY is not set".to_owned())
            }
            Ok(said) => match self.ask(&said.job_id).await? {
                Some(Learnt::New | Learnt::Nothing) => Settled::Done,
                Some(Learnt::NoSession) => {
                    Settled::Ignored(format!("no session has the job {}", said.job_id))
                }
                None => Settled::Ignored(format!("there is no job {}", said.job_id)),
            },
        };
        webhook::settle(&self.pool, event.id, &settled, self.clock.now()).await?;
        Ok(())
    }

    /// Takes over how a job stands; `None` where nobody can tell.
    async fn ask(&self, job: &str) -> Result<Option<Learnt>, AskError> {
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
        let mut effects = Effects::new(None, now);
        let learnt = live::learn_of_job(&transaction, &mut effects, job, &found.facts()).await?;
        outbox::insert(&transaction, effects.owed(), &Span::current(), now).await?;
        transaction.commit().await?;
        if learnt == Learnt::New {
            kill_point::reached("after-live-event");
            tracing::info!(job, state = ?found.state, "a job of the video provider has changed");
            outbox::announce();
            // At once; the outbox sees to it that it happens even if we end here.
            if let Err(error) = self.publish().await {
                tracing::warn!(%error, "the status file was not written; trying again");
            }
        }
        Ok(Some(learnt))
    }

    /// Sees to what happens without anybody saying so, until asked to stop. What fails is tried again the next time. A
    /// task of its own: the provider may take its time.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let ticker = |every| {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut times, mut looks) = (ticker(PASSES_EVERY), ticker(LOOKS_EVERY));
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = times.tick() => {
                    if let Err(error) = live::pass_time(&self.pool, self.clock.now()).await {
                        tracing::warn!(%error, "live sessions were not moved on; trying again");
                    }
                }
                _ = looks.tick() => self.look_after().await,
            }
        }
    }

    /// Files vanish, and notifications are lost.
    async fn look_after(&self) {
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
            if let Err(error) = self.ask(&job).await {
                tracing::warn!(%error, job, "a job was not asked for; trying again");
            }
        }
    }
}
