//! `coach-bench queue`: measures the delay from the commit to the consumer, with the queue on Postgres.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use coach_domain::database::Pool;
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{BudgetCheck, Setup};
use crate::{
    cli::{Common, QueueOptions},
    environment::Environment,
    format::{count, whole},
    log_progress, pipeline, process,
    report::table::Table,
    statistics::float,
};

const VERB: &str = "queue";

/// The limits of the 99th percentile.
const LIMIT_AT_REST: Duration = Duration::from_millis(250);
const LIMIT_UNDER_LOAD: Duration = Duration::from_secs(1);

/// Messages per second of the measurement under load.
const LOAD_RATE: u32 = 500;

/// Messages per second that the service is planned for.
const PLANNED_RATE: f64 = 5_600.0;

/// The delays of one measurement.
struct Delays {
    name: &'static str,
    sorted: Vec<Duration>,
    limit: Duration,
}

impl Delays {
    fn new(name: &'static str, mut all: Vec<Duration>, limit: Duration) -> Self {
        all.sort_unstable();
        Self {
            name,
            sorted: all,
            limit,
        }
    }

    fn percentile(&self, percent: usize) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        self.sorted
            .get(last * percent / 100)
            .copied()
            .unwrap_or(Duration::MAX)
    }

    fn row(&self) -> [String; 6] {
        let ms = |delay: Duration| format!("{:.1}", delay.as_secs_f64() * 1_000.0);
        [
            self.name.to_owned(),
            count(self.sorted.len() as u64),
            ms(self.percentile(50)),
            ms(self.percentile(99)),
            ms(self.percentile(100)),
            ms(self.limit),
        ]
    }
}

/// Measures delays at rest and under load, within one process and across processes, and then the CPU time per message.
pub(super) async fn run(common: &Common, options: QueueOptions) -> anyhow::Result<BudgetCheck> {
    let setup = Setup::new(VERB, common).await?;
    let environment = &setup.environment;
    let pool = pipeline::connect(&environment.database_url).await?;
    let seconds = options.seconds;
    let delays = [
        Delays::new(
            "at rest, committed by the worker's process",
            delays_within_process(&pool, environment, 5, seconds).await?,
            LIMIT_AT_REST,
        ),
        Delays::new(
            "at rest, committed by another process",
            delays_across_processes(&pool, environment, 5, seconds).await?,
            LIMIT_AT_REST,
        ),
        Delays::new(
            "500 a second, committed by the worker's process",
            delays_within_process(&pool, environment, LOAD_RATE, seconds).await?,
            LIMIT_UNDER_LOAD,
        ),
        Delays::new(
            "500 a second, committed by another process",
            delays_across_processes(&pool, environment, LOAD_RATE, seconds).await?,
            LIMIT_UNDER_LOAD,
        ),
    ];
    let mut table = Table::new(["", "messages", "p50 ms", "p99 ms", "most ms", "p99 at most"]);
    for measured in &delays {
        table.row(measured.row());
    }
    let cost = measure_cost(&pool, environment, options.messages).await?;
    let check_result = BudgetCheck::of(
        delays
            .iter()
            .all(|measured| measured.percentile(99) <= measured.limit),
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
        cost.worker * PLANNED_RATE / 1_000.0,
        whole(1_000.0 / cost.worker),
        cost.postgres,
        cost.postgres * PLANNED_RATE / 1_000.0,
        whole(1_000.0 / cost.postgres),
        both,
        both * PLANNED_RATE / 1_000.0,
        whole(1_000.0 / both),
        check_result.word(),
    );
    pipeline::clear(&pool).await?;
    pool.close().await;
    setup.publish(common, &body)?;
    Ok(check_result)
}

/// Commits messages at a constant rate, each in its own transaction.
async fn commit(pool: &Pool, rate: u32, seconds: u32) -> anyhow::Result<u64> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let messages = u64::from(rate) * u64::from(seconds);
    let mut commits = tokio::task::JoinSet::new();
    for _ in 0..messages {
        ticks.tick().await;
        let pool = pool.clone();
        commits.spawn(async move { pipeline::enqueue(&pool, 1).await });
    }
    while let Some(committed) = commits.join_next().await {
        committed??;
    }
    Ok(messages)
}

/// With a worker in this process, which is woken by each commit.
async fn delays_within_process(
    pool: &Pool,
    environment: &Environment,
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Duration>> {
    log_progress(&format!("{rate} a second within one process"));
    pipeline::clear(pool).await?;
    let (sender, mut delays) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let worker_pool = pipeline::connect(&environment.database_url).await?;
    let running = tokio::spawn({
        let (home, stop) = (environment.home.clone(), stop.clone());
        async move { pipeline::run(worker_pool, &home, sender, stop).await }
    });
    let messages = commit(pool, rate, seconds).await?;
    let mut all = Vec::new();
    while (all.len() as u64) < messages {
        all.push(delays.recv().await.context("the worker has stopped")?);
    }
    stop.cancel();
    running.await??;
    Ok(all)
}

/// With a worker in a separate process, which has to poll.
async fn delays_across_processes(
    pool: &Pool,
    environment: &Environment,
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Duration>> {
    log_progress(&format!("{rate} a second between two processes"));
    pipeline::clear(pool).await?;
    let messages = u64::from(rate) * u64::from(seconds);
    let worker = spawn_worker(environment, messages)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    commit(pool, rate, seconds).await?;
    read_delays(worker).await
}

fn spawn_worker(environment: &Environment, messages: u64) -> anyhow::Result<std::process::Child> {
    let worker = Command::new(std::env::current_exe()?)
        .args(["work", "--database-url", &environment.database_url])
        .args(["--messages", &messages.to_string()])
        .stdout(Stdio::piped())
        .spawn();
    worker.context("the worker")
}

/// The delays that the worker prints until it ends.
async fn read_delays(worker: std::process::Child) -> anyhow::Result<Vec<Duration>> {
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

/// The CPU time per message in milliseconds, and the messages per second.
struct Cost {
    worker: f64,
    postgres: f64,
    rate: f64,
}

async fn measure_cost(
    pool: &Pool,
    environment: &Environment,
    messages: u32,
) -> anyhow::Result<Cost> {
    log_progress(&format!("a backlog of {} messages", count(messages.into())));
    pipeline::clear(pool).await?;
    for _ in 0..messages / 1_000 {
        pipeline::enqueue(pool, 1_000).await?;
    }
    let messages = u64::from(messages / 1_000) * 1_000;
    let postgres = process::cpu_with_children(environment.postgres)?;
    let started = Instant::now();
    let mut worker = spawn_worker(environment, messages)?;
    let output = worker.stdout.take().context("no output")?;
    let pid = worker.id();
    // Read before waiting for the process, because its CPU time is not available afterwards.
    let cpu = tokio::task::spawn_blocking(move || {
        use std::io::BufRead as _;
        let lines = std::io::BufReader::new(output).lines();
        let seen = lines
            .take(usize::try_from(messages).unwrap_or(usize::MAX))
            .count();
        (seen, process::cpu(pid))
    });
    let (seen, cpu) = cpu.await?;
    let elapsed = started.elapsed();
    ensure!(
        seen as u64 == messages,
        "the worker reported {seen} messages"
    );
    let postgres = process::cpu_with_children(environment.postgres)?.saturating_sub(postgres);
    tokio::task::spawn_blocking(move || worker.wait()).await??;
    let per_message = |time: Duration| time.as_secs_f64() * 1_000.0 / float(messages);
    Ok(Cost {
        worker: per_message(cpu?),
        postgres: per_message(postgres),
        rate: float(messages) / elapsed.as_secs_f64(),
    })
}
