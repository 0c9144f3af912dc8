//! A run: one seed, from an empty database to its evidence.

use std::{fs, path::Path, sync::Arc, time::Duration};

use coach_domain::queue::QueueName;
use coach_gateway::auth::LocalIssuer;
use sha2::{Digest as _, Sha256};
use tokio::{
    task::JoinSet,
    time::{Instant, interval, sleep},
};

use anyhow::Context as _;
use coach_tests::{PgBouncer, Random, cluster};

use crate::{
    broker::Broker,
    cli::{Options, Queue},
    client::{API_KEY, GatewayClient},
    evidence::{Acknowledged, AfterRun, Evidence, Remaining, collect, remaining},
    fault,
    fleet::Fleet,
    log,
    operation::{Operation, Operations, SECRET, World},
    partner,
    process::{DEADLINE, Environment, Kind, Slot, free_port},
    progress::{Progress, Targets},
    report::Notes,
    stage::{Database, Postgres, value},
};

/// The visibility timeout of messages. It is longer than the processing deadline plus the interval between extensions,
/// which is a third of it: a process that receives a message after a kill never finds a mail of it in the state SENDING
/// that another process may still be sending.
const VISIBILITY: Duration = Duration::from_secs(8);

/// How long the remaining work may take after the kills are over: leases, visibility timeouts and delays between
/// attempts, of which the longest is 40 seconds.
const DRAIN_TIMEOUT: Duration = Duration::from_mins(5);

/// The number of requests that are sent after the last fault.
const FINAL_REQUESTS: u32 = 100;

/// How often the progress is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Everything that is set up before the first mutation.
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) targets: Targets,
    pub(crate) database: Database,
    pub(crate) broker: Arc<Broker>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) environment: Environment,
    /// One request in this many is cancelled by its client; 0 for none.
    pub(crate) hang_up_in: usize,
}

/// The kinds of the processes of a campaign.
pub(crate) const FLEET: [Kind; 4] = [Kind::Gateway, Kind::Both, Kind::Worker, Kind::Worker];

/// Runs a seed, and returns its evidence.
pub(crate) async fn run(
    postgres: &Arc<Postgres>,
    home: &Path,
    options: &Options,
    seed: u64,
) -> anyhow::Result<(Evidence, Notes)> {
    let mut run = Run::prepare(postgres, home, options.into(), options.queue, seed).await?;
    let _pooler = if options.pooler {
        Some(run.start_pooler(postgres).await?)
    } else {
        None
    };
    run.hang_up_in = options.hang_up_in;
    let run = run;
    let slots = slots(&FLEET)?;
    let random = (options.kills > 0).then(|| Random::new(seed, 1));
    let mut fleet = Fleet::start(&run.environment, &slots, run.progress.clone(), random)?;
    let acknowledged = tokio::select! {
        acknowledged = run.torture(postgres, &slots, options) => acknowledged?,
        failure = fleet.failure() => return Err(failure),
    };
    log(&format!(
        "the last kill, of all at once, after {}",
        run.progress
    ));
    fleet.stop_killing();
    let (drained, redriven) = tokio::select! {
        result = run.drain_and_redrive() => result?,
        failure = fleet.failure() => return Err(failure),
    };
    let errors = run.send_final_requests(&slots).await?;
    run.drain().await?;
    let open = run.open_transactions().await?;
    fleet.stop().await?;
    let notes = Notes {
        retries: run.progress.retries(),
        delivered_twice: run.broker.delivered_twice().await?,
        outage: options.outage(),
        drained,
        redriven,
    };
    let evidence = run.collect(acknowledged).await?;
    let after = AfterRun { errors, open };
    Ok((Evidence { after, ..evidence }, notes))
}

impl Run {
    /// Creates the database and the folder of a run.
    pub(crate) async fn prepare(
        postgres: &Postgres,
        home: &Path,
        targets: Targets,
        queue: Queue,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let name = format!("torture_{seed}");
        let home = home.join(format!("run-{seed}"));
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        fs::create_dir_all(&home)?;
        let database = Database::create(postgres, &name, targets.mutations).await?;
        let broker = Arc::new(Broker::start(queue, &database, seed).await?);
        let mut settings = settings(&database, &broker);
        settings.push(partner::start().await?);
        Ok(Self {
            seed,
            targets,
            database,
            broker,
            progress: Arc::new(Progress::new(targets)),
            environment: Environment { home, settings },
            hang_up_in: 0,
        })
    }

    /// Starts a connection pooler, and makes processes connect to Postgres through it from now on.
    async fn start_pooler(&mut self, postgres: &Postgres) -> anyhow::Result<PgBouncer> {
        anyhow::ensure!(
            PgBouncer::is_installed(),
            "there is no pgbouncer: apt-get install pgbouncer"
        );
        // A folder that the pooler's own user can access too.
        let home =
            std::env::temp_dir().join(format!("coach-torture-pooler-{}", std::process::id()));
        let folder = postgres.socket_folder().await?;
        let pooler = PgBouncer::start(&home, &folder.to_string_lossy(), 5432, "session").await;
        let name = format!("torture_{}", self.seed);
        let url = cluster::url(pooler.address, &name);
        for (setting, value) in &mut self.environment.settings {
            if *setting == "COACH_DATABASE_URL" {
                value.clone_from(&url);
            }
        }
        Ok(pooler)
    }

    /// Sends some requests after all faults, one after the other and without hanging up, and returns the number of
    /// retries.
    async fn send_final_requests(&self, slots: &[Slot]) -> anyhow::Result<u32> {
        let progress = Progress::new(Targets::default());
        let gateway_client = GatewayClient::new(slots, 0)?;
        let mut random = Random::new(self.seed, 5);
        for number in 0..FINAL_REQUESTS {
            let operation = Operation::webhook(&format!("afterwards-{number}"));
            gateway_client
                .perform(&operation, &mut random, &progress)
                .await?;
        }
        Ok(progress.retries().values().sum())
    }

    /// The number of transactions that are idle for more than two seconds.
    async fn open_transactions(&self) -> anyhow::Result<u64> {
        let sql = "
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'
              AND state_change < now() - interval '2 seconds'";
        let rows = self.database.rows(sql).await?;
        let open: i64 = value(rows.first().context("no row")?, 0)?;
        Ok(open.unsigned_abs())
    }

    /// Sends mutations and causes faults until both are complete.
    async fn torture(
        &self,
        postgres: &Arc<Postgres>,
        slots: &[Slot],
        options: &Options,
    ) -> anyhow::Result<Vec<Acknowledged>> {
        let progress = self.progress.clone();
        progress.expect_faults(fault::count(options.kills));
        let mut faults = JoinSet::new();
        let random = Random::new(self.seed, 2);
        let kills = fault::kill_postgres(postgres.clone(), progress.clone(), options.kills, random);
        faults.spawn(kills);
        if let Some(every) = options.restart_every() {
            faults.spawn(fault::restart_postgres(postgres.clone(), every));
        }
        let outage = fault::make_queue_unavailable(self.broker.clone(), progress, options.outage());
        faults.spawn(outage);
        faults.spawn(log_progress(self.progress.clone()));
        let broker = self.broker.clone();
        faults.spawn(async move { broker.deliver_twice().await });
        let sent = self.send(slots);
        tokio::pin!(sent);
        loop {
            tokio::select! {
                sent = &mut sent => return sent,
                Some(ended) = faults.join_next() => ended??,
            }
        }
    }

    /// Sends mutations until the targets are met.
    pub(crate) async fn send(&self, slots: &[Slot]) -> anyhow::Result<Vec<Acknowledged>> {
        let mut random = Random::new(self.seed, 3);
        let issuer = LocalIssuer::open(&self.environment.home)?;
        let world = World::load(&self.database, issuer, &mut random).await?;
        let operations = Operations::new(world, random);
        let gateway_client = GatewayClient::new(slots, self.hang_up_in)?;
        crate::stream::send(&gateway_client, operations, &self.progress, self.seed).await
    }

    /// Waits until no work is left. Messages that were received five times, each time by a process that was killed, are
    /// redriven as operators do; what they had already done is not done again. Returns how long the first wait took,
    /// and the number of dead letters.
    async fn drain_and_redrive(&self) -> anyhow::Result<(Duration, u64)> {
        let drained = self.drain().await?;
        let dead = remaining(&self.database, &self.broker).await?.dead;
        if dead > 0 {
            for queue in QueueName::CONSUMED {
                let redrive = ["queue", "redrive", queue.as_str(), "--actor", "torture"];
                self.environment.run_command(&redrive).await?;
            }
            self.drain().await?;
        }
        Ok((drained, dead))
    }

    /// Waits until no work but dead letters is left, or [`DRAIN_TIMEOUT`] has passed. Returns how long it took.
    pub(crate) async fn drain(&self) -> anyhow::Result<Duration> {
        let started = Instant::now();
        let mut logged_at = started;
        loop {
            let remaining = remaining(&self.database, &self.broker).await?;
            if (remaining.unsent, remaining.undelivered) == (0, 0)
                || started.elapsed() > DRAIN_TIMEOUT
            {
                return Ok(started.elapsed());
            }
            if logged_at.elapsed() > LOG_INTERVAL {
                logged_at = Instant::now();
                let Remaining {
                    unsent,
                    undelivered,
                    ..
                } = remaining;
                log(&format!(
                    "{unsent} effects to be sent, {undelivered} messages to be delivered"
                ));
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) async fn collect(
        &self,
        acknowledged: Vec<Acknowledged>,
    ) -> anyhow::Result<Evidence> {
        let mail = self.environment.mail();
        let (database, broker) = (&self.database, &*self.broker);
        collect(
            database,
            broker,
            &mail,
            self.targets,
            &self.progress,
            acknowledged,
        )
        .await
    }
}

/// A slot for each of these kinds.
pub(crate) fn slots(kinds: &[Kind]) -> anyhow::Result<Vec<Slot>> {
    let slots = kinds.iter().zip(1..).map(|(kind, number)| {
        Ok(Slot {
            name: format!("{}-{number}", kind.name()),
            kind: *kind,
            port: free_port()?,
        })
    });
    slots.collect()
}

fn settings(database: &Database, broker: &Broker) -> Vec<(&'static str, String)> {
    let key = hex::encode(Sha256::digest(API_KEY));
    let mut settings = vec![
        ("COACH_DATABASE_URL", database.url.clone()),
        ("COACH_LOG", "warn".to_owned()),
        ("COACH_AUTH_API_KEYS", format!("torture={key}")),
        ("COACH_WEBHOOK_STANDARD_SECRETS", SECRET.to_owned()),
        ("COACH_WORKER_DEADLINE", format!("{}s", DEADLINE.as_secs())),
        (
            "COACH_WORKER_VISIBILITY",
            format!("{}s", VISIBILITY.as_secs()),
        ),
        // There is no load balancer here that watches the readiness.
        ("COACH_TIMEOUT_DRAIN", "0s".to_owned()),
        // A few members do in minutes what many do in days, so the limits have to be out of reach.
        ("COACH_LIMIT_COMMANDS", "1000000".to_owned()),
        ("COACH_MAIL_MEMBER_BUDGET", "10000".to_owned()),
        ("COACH_MAIL_ADDRESS_BUDGET", "10000".to_owned()),
        ("COACH_MAIL_CODE_BUDGET", "10000".to_owned()),
    ];
    settings.extend(broker.settings());
    settings
}

/// Logs the progress at an interval.
async fn log_progress(progress: Arc<Progress>) -> anyhow::Result<()> {
    let mut ticks = interval(LOG_INTERVAL);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        log(&progress.to_string());
    }
}
