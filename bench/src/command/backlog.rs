//! `coach-bench backlog`: drains an hour's backlog of the outbox while the app reads.

use std::time::{Duration, Instant};

use super::Setup;
use crate::{
    cli::{BacklogOptions, Common},
    format::{count, kept_or_broken, megabytes, spread, whole},
    gateway, log_progress,
    measure::measure,
    pipeline, process,
    report::table::Table,
    sql::count_unsent,
    statistics::{Spread, float},
};

const VERB: &str = "backlog";

/// The maximum ratio of the median read latencies, with the worker running to paused.
const MAX_READ_RATIO: f64 = 1.5;

/// How much the worker's memory may vary after its first minute, in bytes.
const MAX_MEMORY_GROWTH: u64 = 10_000_000;

/// Alternates reads with the worker running and paused, until the backlog is drained.
pub(super) async fn run(common: &Common, options: BacklogOptions) -> anyhow::Result<bool> {
    let setup = Setup::new(VERB, common).await?;
    let environment = &setup.environment;
    let pool = pipeline::connect(&environment.database_url).await?;
    pipeline::enqueue_backlog(&pool, options.rows).await?;
    let prepared = setup.prepare_today().await?;
    let gateway = gateway::start("gateway", "serve", environment, &[]).await?;
    let load = prepared.load(options.connections);
    let read = async || measure(&gateway, environment.postgres, load, options.seconds).await;
    read().await?;
    let rate = [("COACH_RELAY_RATE", options.rate.to_string())];
    let worker = gateway::start("worker", "worker", environment, &rate).await?;
    let (mut ratios, mut failed, mut memory) = (Vec::new(), 0, Vec::new());
    let (started, mut working_time) = (Instant::now(), Duration::ZERO);
    let mut table =
        Table::new("minute | unsent | worker MB | p50 ms at work | p50 ms at rest | ratio");
    loop {
        let run_started = Instant::now();
        let busy = read().await?;
        working_time += run_started.elapsed();
        let unsent = count_unsent(&pool).await?;
        let resident = process::resident(worker.pid())?;
        if working_time > Duration::from_mins(1) {
            // The memory used during the start is not counted.
            memory.push(resident);
        }
        if unsent == 0 {
            break;
        }
        // Pausing instead of stopping keeps everything else equal.
        worker.pause()?;
        let rest = read().await;
        worker.resume()?;
        let rest = rest?;
        failed += busy.figures.failed + rest.figures.failed;
        let ratio = busy.figures.p50() / rest.figures.p50();
        ratios.push(ratio);
        table.row([
            format!("{:.1}", started.elapsed().as_secs_f64() / 60.0),
            count(unsent),
            megabytes(resident),
            format!("{:.2}", busy.figures.p50()),
            format!("{:.2}", rest.figures.p50()),
            format!("{ratio:.2}"),
        ]);
        log_progress(&format!("  {} left, reads {ratio:.2}", count(unsent)));
    }
    let peak = process::peak(worker.pid())?;
    let memory_growth = memory.iter().max().unwrap_or(&0) - memory.iter().min().unwrap_or(&0);
    // Without reads beside a backlog there is nothing to compare.
    let reads = Spread::of(ratios).ok();
    let kept = reads.is_some_and(|reads| reads.median <= MAX_READ_RATIO)
        && failed == 0
        && memory_growth <= MAX_MEMORY_GROWTH;
    let body = format!(
        "{} rows through the relay of one `coach worker`, limited to {} a second; Today at {} connections for {} s at a \
         time, with the worker at work and stopped, in turn.\n\n{}\n\
         - drained in {} s of work: {} a second\n- reads, p50 at work / at rest: {}; {failed} failed\n\
         - the worker's memory moved by {} MB after its first minute; with its start, {} MB at most\n- {}\n",
        count(options.rows.into()),
        count(options.rate.into()),
        options.connections,
        options.seconds,
        table.markdown(),
        whole(working_time.as_secs_f64()),
        whole(float(options.rows.into()) / working_time.as_secs_f64()),
        reads.as_ref().map_or_else(String::new, spread),
        megabytes(memory_growth),
        megabytes(peak),
        kept_or_broken(kept),
    );
    pipeline::truncate_tables(&pool).await?;
    pool.close().await;
    setup.heading.publish(&body)?;
    Ok(kept)
}
