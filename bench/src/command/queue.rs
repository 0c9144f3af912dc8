//! `coach-bench queue`: from the commit to the consumer on the queue on Postgres.

use coach_domain::database::Pool;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{Scene, Verdict};
use crate::{
    cli::{Common, QueueOptions},
    process,
    report::{count, table::Table, whole},
    say,
    stage::Stage,
    statistics::float,
    work,
};

const VERB: &str = "queue";

/// What is promised at the 99th of 100.
const AT_REST: Duration = Duration::from_millis(250);
const UNDER_WAY: Duration = Duration::from_secs(1);

/// Messages a second of the measurement under way.
const RATE: u32 = 500;

/// What the service is planned for.
const PLANNED: f64 = 5_600.0;

/// One measurement of delays.
struct Delays {
    what: &'static str,
    sorted: Vec<Duration>,
    limit: Duration,
}

impl Delays {
    fn new(what: &'static str, mut all: Vec<Duration>, limit: Duration) -> Self {
        all.sort_unstable();
        Self {
            what,
            sorted: all,
            limit,
        }
    }

    fn at(&self, percent: usize) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        self.sorted
            .get(last * percent / 100)
            .copied()
            .unwrap_or(Duration::MAX)
    }

    fn row(&self) -> [String; 6] {
        let ms = |delay: Duration| format!("{:.1}", delay.as_secs_f64() * 1_000.0);
        [
            self.what.to_owned(),
            count(self.sorted.len() as u64),
            ms(self.at(50)),
            ms(self.at(99)),
            ms(self.at(100)),
            ms(self.limit),
        ]
    }
}

/// Measures delays at rest and under way, from this process and from another, and then what a message costs.
pub(super) async fn run(common: &Common, options: QueueOptions) -> anyhow::Result<Verdict> {
    let scene = Scene::set(VERB, common).await?;
    let stage = &scene.stage;
    let pool = work::connect(&stage.database_url).await?;
    let seconds = options.seconds;
    let delays = [
        Delays::new(
            "at rest, committed by the worker's process",
            within(&pool, stage, 5, seconds).await?,
            AT_REST,
        ),
        Delays::new(
            "at rest, committed by another process",
            beside(&pool, stage, 5, seconds).await?,
            AT_REST,
        ),
        Delays::new(
            "500 a second, committed by the worker's process",
            within(&pool, stage, RATE, seconds).await?,
            UNDER_WAY,
        ),
        Delays::new(
            "500 a second, committed by another process",
            beside(&pool, stage, RATE, seconds).await?,
            UNDER_WAY,
        ),
    ];
    let mut table = Table::new(["", "messages", "p50 ms", "p99 ms", "most ms", "p99 at most"]);
    for measured in &delays {
        table.row(measured.row());
    }
    let cost = cost(&pool, stage, options.messages).await?;
    let verdict = Verdict::of(
        delays
            .iter()
            .all(|measured| measured.at(99) <= measured.limit),
    );
    let both = cost.worker + cost.postgres;
    let body = format!(
        "From just before the commit to the consumer, on the queue on Postgres.\n\n{}\n\
         A backlog of {} messages through relay, queue and consumer with a row in the inbox: {} a second on this machine.\n\n\
         | | CPU ms for each | cores at 5,600 a second | messages a second of one core |\n| --- | ---: | ---: | ---: |\n\
         | worker | {:.3} | {:.1} | {} |\n| Postgres | {:.3} | {:.1} | {} |\n| both | {:.3} | {:.1} | {} |\n\n\
         Delays: {}.\n",
        table.markdown(),
        count(options.messages.into()),
        whole(cost.rate),
        cost.worker,
        cost.worker * PLANNED / 1_000.0,
        whole(1_000.0 / cost.worker),
        cost.postgres,
        cost.postgres * PLANNED / 1_000.0,
        whole(1_000.0 / cost.postgres),
        both,
        both * PLANNED / 1_000.0,
        whole(1_000.0 / both),
        verdict.word(),
    );
    work::clear(&pool).await?;
    pool.close().await;
    scene.publish(common, &body)?;
    Ok(verdict)
}

/// Commits so many messages a second, one by one.
async fn commit(pool: &Pool, rate: u32, seconds: u32) -> anyhow::Result<u64> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let messages = u64::from(rate) * u64::from(seconds);
    let mut commits = tokio::task::JoinSet::new();
    for _ in 0..messages {
        ticks.tick().await;
        let pool = pool.clone();
        commits.spawn(async move { work::owe(&pool, 1).await });
    }
    while let Some(committed) = commits.join_next().await {
        committed??;
    }
    Ok(messages)
}

/// By a worker in this process, which commits wake.
async fn within(
    pool: &Pool,
    stage: &Stage,
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Duration>> {
    say(&format!("{rate} a second within one process"));
    work::clear(pool).await?;
    let (took, mut told) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let own = work::connect(&stage.database_url).await?;
    let working = tokio::spawn({
        let (home, stop) = (stage.home.clone(), stop.clone());
        async move { work::work(own, &home, took, stop).await }
    });
    let messages = commit(pool, rate, seconds).await?;
    let mut all = Vec::new();
    while (all.len() as u64) < messages {
        all.push(told.recv().await.context("the worker has stopped")?);
    }
    stop.cancel();
    working.await??;
    Ok(all)
}

/// By a worker in a process of its own, which has to look.
async fn beside(
    pool: &Pool,
    stage: &Stage,
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Duration>> {
    say(&format!("{rate} a second between two processes"));
    work::clear(pool).await?;
    let messages = u64::from(rate) * u64::from(seconds);
    let worker = spawn(stage, messages)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    commit(pool, rate, seconds).await?;
    delays(worker).await
}

fn spawn(stage: &Stage, messages: u64) -> anyhow::Result<std::process::Child> {
    let worker = Command::new(std::env::current_exe()?)
        .args(["work", "--database-url", &stage.database_url])
        .args(["--messages", &messages.to_string()])
        .stdout(Stdio::piped())
        .spawn();
    worker.context("the worker")
}

async fn delays(worker: std::process::Child) -> anyhow::Result<Vec<Duration>> {
    let output = tokio::task::spawn_blocking(|| worker.wait_with_output()).await??;
    ensure!(
        output.status.success(),
        "the worker failed: {}",
        output.status
    );
    let text = String::from_utf8(output.stdout)?;
    let delays = text
        .lines()
        .map(|line| Ok(Duration::from_micros(line.parse()?)));
    delays.collect()
}

/// What a message costs, in milliseconds of CPU, and how many went in a second.
struct Cost {
    worker: f64,
    postgres: f64,
    rate: f64,
}

async fn cost(pool: &Pool, stage: &Stage, messages: u32) -> anyhow::Result<Cost> {
    say(&format!("a backlog of {} messages", count(messages.into())));
    work::clear(pool).await?;
    for _ in 0..messages / 1_000 {
        work::owe(pool, 1_000).await?;
    }
    let messages = u64::from(messages / 1_000) * 1_000;
    let postgres = process::cpu_of_family(stage.postgres)?;
    let begun = Instant::now();
    let mut worker = spawn(stage, messages)?;
    let output = worker.stdout.take().context("no output")?;
    let pid = worker.id();
    // Before it is waited for, for then it is gone.
    let cpu = tokio::task::spawn_blocking(move || {
        use std::io::BufRead as _;
        let lines = std::io::BufReader::new(output).lines();
        let seen = lines
            .take(usize::try_from(messages).unwrap_or(usize::MAX))
            .count();
        (seen, process::cpu(pid))
    });
    let (seen, cpu) = cpu.await?;
    let elapsed = begun.elapsed();
    ensure!(
        seen as u64 == messages,
        "the worker told of {seen} messages"
    );
    let postgres = process::cpu_of_family(stage.postgres)?.saturating_sub(postgres);
    tokio::task::spawn_blocking(move || worker.wait()).await??;
    let each = |time: Duration| time.as_secs_f64() * 1_000.0 / float(messages);
    Ok(Cost {
        worker: each(cpu?),
        postgres: each(postgres),
        rate: float(messages) / elapsed.as_secs_f64(),
    })
}
