//! A run: one seed, from an empty database to a verdict.

use std::{fs, path::Path, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use coach_domain::queue::QueueName;
use coach_gateway::auth::LocalIssuer;
use tokio::{
    task::JoinSet,
    time::{Instant, interval, sleep},
};

use anyhow::Context as _;
use coach_tests::{PgBouncer, Random, cluster};

use crate::{
    broker::Broker,
    cli::{Options, Queue},
    client::{API_KEY, Phones},
    evidence::{Acknowledged, After, Evidence, Left, collect, left},
    fault,
    fleet::Fleet,
    operation::{Operation, Operations, SECRET, World},
    partner,
    process::{DEADLINE, Kind, Slot, Surroundings, free_port},
    progress::{Progress, Wanted},
    report::Notes,
    say,
    stage::{Database, Postgres, value},
};

/// For how long a message is hidden. Longer than the work may take and than the time since the last extension, a third
/// of it: who receives it after a kill never finds that somebody may still be sending it.
const VISIBILITY: Duration = Duration::from_secs(8);

/// How long what was acknowledged may take to come about when the kills are over: leases, visibilities and waits between
/// tries, of which the longest is 40 seconds.
const DRAINED_WITHIN: Duration = Duration::from_mins(5);

/// Requests that are sent when all is over.
const AFTERWARDS: u32 = 100;

/// How often it says how far it has come.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Everything that is there before the first mutation.
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) wanted: Wanted,
    pub(crate) database: Database,
    pub(crate) broker: Arc<Broker>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) surroundings: Surroundings,
    /// One request in so many is broken off by its client; 0 for none.
    pub(crate) hang_up_in: usize,
}

/// The processes of a campaign.
pub(crate) const FLEET: [Kind; 4] = [Kind::Gateway, Kind::Both, Kind::Worker, Kind::Worker];

/// Runs a seed from beginning to end.
pub(crate) async fn run(
    postgres: &Arc<Postgres>,
    home: &Path,
    options: &Options,
    seed: u64,
) -> anyhow::Result<(Evidence, Notes)> {
    let mut run = Run::prepare(postgres, home, options.into(), options.queue, seed).await?;
    let _pooler = if options.pooler {
        Some(run.put_pooler_between(postgres).await?)
    } else {
        None
    };
    run.hang_up_in = options.hang_up_in;
    let run = run;
    let slots = slots(&FLEET)?;
    let random = (options.kills > 0).then(|| Random::new(seed, 1));
    let mut fleet = Fleet::start(&run.surroundings, &slots, run.progress.clone(), random)?;
    let acknowledged = tokio::select! {
        acknowledged = run.torture(postgres, &slots, options) => acknowledged?,
        failure = fleet.failure() => return Err(failure),
    };
    say(&format!(
        "the last kill, of all at once, after {}",
        run.progress
    ));
    fleet.leave_in_peace();
    let (drained, redriven) = tokio::select! {
        settled = run.settle() => settled?,
        failure = fleet.failure() => return Err(failure),
    };
    let errors = run.send_afterwards(&slots).await?;
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
    let after = After { errors, open };
    Ok((Evidence { after, ..evidence }, notes))
}

impl Run {
    /// Makes database and folder.
    pub(crate) async fn prepare(
        postgres: &Postgres,
        home: &Path,
        wanted: Wanted,
        queue: Queue,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let name = format!("torture_{seed}");
        let home = home.join(format!("run-{seed}"));
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        fs::create_dir_all(&home)?;
        let database = Database::create(postgres, &name, wanted.mutations).await?;
        let broker = Arc::new(Broker::start(queue, &database, seed).await?);
        let mut settings = settings(&database, &broker);
        settings.push(partner::start().await?);
        Ok(Self {
            seed,
            wanted,
            database,
            broker,
            progress: Arc::new(Progress::new(wanted)),
            surroundings: Surroundings { home, settings },
            hang_up_in: 0,
        })
    }

    /// From now on processes reach Postgres through a pooler.
    async fn put_pooler_between(&mut self, postgres: &Postgres) -> anyhow::Result<PgBouncer> {
        anyhow::ensure!(
            PgBouncer::is_installed(),
            "there is no pgbouncer: apt-get install pgbouncer"
        );
        // Everybody may enter there, as the pooler's own user has to.
        let home =
            std::env::temp_dir().join(format!("coach-torture-pooler-{}", std::process::id()));
        let folder = postgres.socket_folder().await?;
        let pooler = PgBouncer::start(&home, &folder.to_string_lossy(), 5432, "session").await;
        let name = format!("torture_{}", self.seed);
        let url = cluster::url(pooler.address, &name);
        for (setting, value) in &mut self.surroundings.settings {
            if *setting == "COACH_DATABASE_URL" {
                value.clone_from(&url);
            }
        }
        Ok(pooler)
    }

    /// Sends a little more when all is over, by clients that wait, and counts what is not answered as it should be.
    async fn send_afterwards(&self, slots: &[Slot]) -> anyhow::Result<u32> {
        let progress = Progress::new(Wanted::default());
        let phones = Phones::new(slots, 0)?;
        let mut random = Random::new(self.seed, 5);
        for number in 0..AFTERWARDS {
            let operation = Operation::webhook(&format!("afterwards-{number}"));
            phones.perform(&operation, &mut random, &progress).await?;
        }
        Ok(progress.retries().values().sum())
    }

    /// Transactions that nobody works on any more.
    async fn open_transactions(&self) -> anyhow::Result<u64> {
        let sql = "
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'
              AND state_change < now() - interval '2 seconds'";
        let rows = self.database.rows(sql).await?;
        let open: i64 = value(rows.first().context("no row")?, 0)?;
        Ok(open.unsigned_abs())
    }

    /// Mutations and faults until both are over.
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
        let outage = fault::take_queue_away(self.broker.clone(), progress, options.outage());
        faults.spawn(outage);
        faults.spawn(tell(self.progress.clone()));
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

    /// Sends mutations until all is done that was wanted.
    pub(crate) async fn send(&self, slots: &[Slot]) -> anyhow::Result<Vec<Acknowledged>> {
        let mut random = Random::new(self.seed, 3);
        let issuer = LocalIssuer::open(&self.surroundings.home)?;
        let world = World::load(&self.database, issuer, &mut random).await?;
        let operations = Operations::new(world, random);
        let phones = Phones::new(slots, self.hang_up_in)?;
        crate::stream::send(&phones, operations, &self.progress, self.seed).await
    }

    /// Waits until nothing is left to be done. What was received five times, each time by somebody who was killed, is
    /// given back as operators do, and does nothing that was done. Says how long it took, and how many that were.
    async fn settle(&self) -> anyhow::Result<(Duration, u64)> {
        let drained = self.drain().await?;
        let dead = left(&self.database, &self.broker).await?.dead;
        if dead > 0 {
            for queue in QueueName::CONSUMED {
                let redrive = ["queue", "redrive", queue.as_str(), "--actor", "torture"];
                self.surroundings.operate(&redrive).await?;
            }
            self.drain().await?;
        }
        Ok((drained, dead))
    }

    /// Waits until nothing is left to be done; dead letters stay. Says how long it took.
    pub(crate) async fn drain(&self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let mut told = begun;
        loop {
            let left = left(&self.database, &self.broker).await?;
            if (left.unsent, left.undelivered) == (0, 0) || begun.elapsed() > DRAINED_WITHIN {
                return Ok(begun.elapsed());
            }
            if told.elapsed() > TOLD_EVERY {
                told = Instant::now();
                let Left {
                    unsent,
                    undelivered,
                    ..
                } = left;
                say(&format!(
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
        let mail = self.surroundings.mail();
        let (database, broker) = (&self.database, &*self.broker);
        collect(
            database,
            broker,
            &mail,
            self.wanted,
            &self.progress,
            acknowledged,
        )
        .await
    }
}

/// A place for each.
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
    let key: String = digest(&SHA256, API_KEY.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
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
        // Nobody sends requests by readiness here.
        ("COACH_TIMEOUT_DRAIN", "0s".to_owned()),
        // A few members do in minutes what many do in days.
        ("COACH_LIMIT_COMMANDS", "1000000".to_owned()),
        ("COACH_MAIL_MEMBER_BUDGET", "10000".to_owned()),
        ("COACH_MAIL_ADDRESS_BUDGET", "10000".to_owned()),
        ("COACH_MAIL_CODE_BUDGET", "10000".to_owned()),
    ];
    settings.extend(broker.settings());
    settings
}

/// Says now and then how far it has come.
async fn tell(progress: Arc<Progress>) -> anyhow::Result<()> {
    let mut ticks = interval(TOLD_EVERY);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        say(&progress.to_string());
    }
}
