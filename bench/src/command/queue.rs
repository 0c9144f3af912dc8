//! `coach-bench queue`: measures the delay from the commit to the consumer, with the queue on Postgres.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use coach_domain::database::Pool;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::MissedTickBehavior,
};

use super::Setup;
use crate::{
    cli::{Common, QueueOptions},
    environment::Environment,
    format::{count, kept_or_broken, whole},
    log_progress, pipeline, process,
    report::table::Table,
    statistics::{float, milliseconds, percentile},
};

const VERB: &str = "queue";

/// Messages per second at rest and under load, with the limits of the 99th percentile.
const AT_REST: (u32, Duration) = (5, Duration::from_millis(250));
const UNDER_LOAD: (u32, Duration) = (500, Duration::from_secs(1));

/// Messages per second that the service is planned for.
const PLANNED_RATE: f64 = 5_600.0;

/// Measures delays at rest and under load, within one process and across processes, and then the CPU time per message.
pub(super) async fn run(common: &Common, options: QueueOptions) -> anyhow::Result<bool> {
    let setup = Setup::new(VERB, common).await?;
    let environment = &setup.environment;
    let pool = pipeline::connect(&environment.database_url).await?;
    let mut table = Table::new("| messages | p50 ms | p99 ms | most ms | p99 at most");
    let mut kept = true;
    for (load, (rate, limit)) in [("at rest", AT_REST), ("500 a second", UNDER_LOAD)] {
        for (committer, delays) in [
            (
                "the worker's process",
                delays_within_process(&pool, environment, rate, options.seconds).await?,
            ),
            (
                "another process",
                delays_across_processes(&pool, environment, rate, options.seconds).await?,
            ),
        ] {
            let ms = |delay: Duration| format!("{:.1}", milliseconds(delay));
            let p99 = percentile(&delays, 99);
            table.row([
                format!("{load}, committed by {committer}"),
                count(delays.len() as u64),
                ms(percentile(&delays, 50)),
                ms(p99),
                ms(percentile(&delays, 100)),
                ms(limit),
            ]);
            kept &= p99 <= limit;
        }
    }
    let cost = measure_cost(&pool, environment, options.messages).await?;
    let mut costs =
        Table::new("| CPU ms for each | cores at 5,600 a second | messages a second of one core");
    for (name, cpu) in [
        ("worker", cost.worker),
        ("Postgres", cost.postgres),
        ("both", cost.worker + cost.postgres),
    ] {
        costs.row([
            name.to_owned(),
            format!("{cpu:.3}"),
            format!("{:.1}", cpu * PLANNED_RATE / 1_000.0),
            whole(1_000.0 / cpu),
        ]);
    }
    let body = format!(
        "From just before the commit to the consumer, on the queue on Postgres.\n\n{}\n\
         A backlog of {} messages through relay, queue and consumer with a row in the inbox: {} a second on this machine.\n\n\
         {}\nDelays: {}.\n",
        table.markdown(),
        count(options.messages.into()),
        whole(cost.rate),
        costs.markdown(),
        kept_or_broken(kept),
    );
    pipeline::truncate_tables(&pool).await?;
    pool.close().await;
    setup.heading.publish(&body)?;
    Ok(kept)
}

/// Commits messages at a constant rate, each in its own transaction.
async fn commit(pool: &Pool, rate: u32, messages: u64) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut commits = tokio::task::JoinSet::new();
    for _ in 0..messages {
        ticks.tick().await;
        let pool = pool.clone();
        commits.spawn(async move { pipeline::enqueue(&pool, 1).await });
    }
    commits.join_all().await.into_iter().collect()
}

/// With a worker in this process, which is woken by each commit.
async fn delays_within_process(
    pool: &Pool,
    environment: &Environment,
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Duration>> {
    log_progress(&format!("{rate} a second within one process"));
    pipeline::truncate_tables(pool).await?;
    let messages = u64::from(rate) * u64::from(seconds);
    let worker_pool = pipeline::connect(&environment.database_url).await?;
    let home = environment.home.clone();
    let worker = tokio::spawn(async move {
        let mut delays = Vec::new();
        let report = |delay| delays.push(delay);
        pipeline::run(worker_pool, &home, messages, report).await?;
        anyhow::Ok(delays)
    });
    commit(pool, rate, messages).await?;
    worker.await?
}

/// With a worker in a separate process, which has to poll.
async fn delays_across_processes(
    pool: &Pool,
    environment: &Environment,
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Duration>> {
    log_progress(&format!("{rate} a second between two processes"));
    pipeline::truncate_tables(pool).await?;
    let messages = u64::from(rate) * u64::from(seconds);
    let worker = spawn_worker(environment, messages)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    commit(pool, rate, messages).await?;
    let output = worker.wait_with_output().await?;
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

fn spawn_worker(environment: &Environment, messages: u64) -> anyhow::Result<Child> {
    let worker = Command::new(std::env::current_exe()?)
        .args(["work", "--database-url", &environment.database_url])
        .args(["--messages", &messages.to_string()])
        .stdout(Stdio::piped())
        .spawn();
    worker.context("the worker")
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
    pipeline::enqueue_backlog(pool, messages).await?;
    let messages = u64::from(messages / 1_000) * 1_000;
    let postgres = process::cpu_with_children(environment.postgres)?;
    let started = Instant::now();
    let mut worker = spawn_worker(environment, messages)?;
    let pid = worker.id().context("no id")?;
    let mut lines = BufReader::new(worker.stdout.take().context("no output")?).lines();
    for seen in 0..messages {
        ensure!(
            lines.next_line().await?.is_some(),
            "the worker reported {seen} messages"
        );
    }
    // Read before waiting for the process, because its CPU time is not available afterwards.
    let cpu = process::cpu(pid)?;
    let elapsed = started.elapsed();
    let postgres = process::cpu_with_children(environment.postgres)?.saturating_sub(postgres);
    worker.wait().await?;
    let per_message = |time: Duration| milliseconds(time) / float(messages);
    Ok(Cost {
        worker: per_message(cpu),
        postgres: per_message(postgres),
        rate: float(messages) / elapsed.as_secs_f64(),
    })
}
