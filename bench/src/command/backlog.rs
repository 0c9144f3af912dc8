//! `coach-bench backlog`: drains an hour's backlog of the outbox while the app reads.

use std::time::{Duration, Instant};

use super::{BudgetCheck, Setup};
use crate::{
    cli::{BacklogOptions, Common},
    environment,
    format::{count, megabytes, spread, whole},
    gateway, log_progress,
    measure::measure,
    pipeline, process,
    report::table::Table,
    statistics::{Spread, float},
};

const VERB: &str = "backlog";

/// The maximum ratio of the median read latencies, with the worker running to paused.
const MAX_READ_RATIO: f64 = 1.5;

/// How much the worker's memory may vary after its first minute, in bytes.
const MAX_MEMORY_GROWTH: u64 = 10_000_000;

/// Alternates reads with the worker running and paused, until the backlog is drained.
pub(super) async fn run(common: &Common, options: BacklogOptions) -> anyhow::Result<BudgetCheck> {
    let setup = Setup::new(VERB, common).await?;
    let environment = &setup.environment;
    let pool = pipeline::connect(&environment.database_url).await?;
    pipeline::clear(&pool).await?;
    log_progress(&format!("a backlog of {} rows", count(options.rows.into())));
    for _ in 0..options.rows / 1_000 {
        pipeline::enqueue(&pool, 1_000).await?;
    }
    let prepared = setup.prepare_today().await?;
    let server = gateway::start("gateway", environment, &[]).await?;
    let read = async || {
        measure(
            &server,
            environment.postgres,
            &prepared,
            options.connections,
            options.seconds,
        )
        .await
    };
    read().await?;
    let rate = [("COACH_RELAY_RATE", options.rate.to_string())];
    let worker = gateway::start_worker(environment, &rate).await?;
    let (mut ratios, mut failed, mut memory_range) = (Vec::new(), 0, None);
    let (started, mut working_time) = (Instant::now(), Duration::ZERO);
    let mut table = Table::new([
        "minute",
        "unsent",
        "worker MB",
        "p50 ms at work",
        "p50 ms at rest",
        "ratio",
    ]);
    loop {
        let run_started = Instant::now();
        let busy = read().await?;
        working_time += run_started.elapsed();
        let unsent: i64 = environment::query_value(
            &environment.pool,
            "SELECT count(*) FROM outbox WHERE sent_at IS NULL",
        )
        .await?;
        let resident = process::resident(worker.pid())?;
        if working_time > Duration::from_mins(1) {
            // The memory used during the start is not counted.
            let (min, max) = memory_range.unwrap_or((resident, resident));
            memory_range = Some((min.min(resident), max.max(resident)));
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
            count(unsent.unsigned_abs()),
            megabytes(resident),
            format!("{:.2}", busy.figures.p50()),
            format!("{:.2}", rest.figures.p50()),
            format!("{ratio:.2}"),
        ]);
        log_progress(&format!(
            "  {} left, reads {ratio:.2}",
            count(unsent.unsigned_abs())
        ));
    }
    let peak = process::peak(worker.pid())?;
    let memory_growth = memory_range.map_or(0, |(min, max)| max - min);
    let reads = Spread::of(ratios);
    let median = reads.as_ref().map_or(f64::INFINITY, |reads| reads.median);
    let check_result = BudgetCheck::of(
        median <= MAX_READ_RATIO && failed == 0 && memory_growth <= MAX_MEMORY_GROWTH,
    );
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
        check_result.word(),
    );
    pipeline::clear(&pool).await?;
    pool.close().await;
    setup.publish(common, &body)?;
    Ok(check_result)
}
