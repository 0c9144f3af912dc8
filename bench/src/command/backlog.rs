//! `coach-bench backlog`: an hour's backlog of the outbox drains while the app reads.

use std::time::{Duration, Instant};

use super::{Scene, Verdict};
use crate::{
    cli::{BacklogOptions, Common},
    gateway,
    measure::measure,
    process,
    report::{count, megabytes, spread, table::Table, whole},
    say, stage,
    statistics::{Spread, float},
    work,
};

const VERB: &str = "backlog";

/// How much longer the median read may take meanwhile.
const READS: f64 = 1.5;

/// How much the worker's memory may move after its first minute, in bytes.
const GROWTH: u64 = 10_000_000;

/// Alternates reads with the worker at work and at rest until everything is drained.
pub(super) async fn run(common: &Common, options: BacklogOptions) -> anyhow::Result<Verdict> {
    let scene = Scene::set(VERB, common).await?;
    let stage = &scene.stage;
    let pool = work::connect(&stage.database_url).await?;
    work::clear(&pool).await?;
    say(&format!("a backlog of {} rows", count(options.rows.into())));
    for _ in 0..options.rows / 1_000 {
        work::owe(&pool, 1_000).await?;
    }
    let prepared = scene.prepare_today().await?;
    let server = gateway::start("gateway", stage, &[]).await?;
    let read = async || {
        measure(
            &server,
            stage.postgres,
            &prepared,
            options.connections,
            options.seconds,
        )
        .await
    };
    read().await?;
    let rate = [("COACH_RELAY_RATE", options.rate.to_string())];
    let worker = gateway::start_worker(stage, &rate).await?;
    let (mut ratios, mut failed, mut late) = (Vec::new(), 0, None);
    let (begun, mut worked) = (Instant::now(), Duration::ZERO);
    let mut table = Table::new([
        "minute",
        "unsent",
        "worker MB",
        "p50 ms at work",
        "p50 ms at rest",
        "ratio",
    ]);
    loop {
        let at = Instant::now();
        let busy = read().await?;
        worked += at.elapsed();
        let unsent: i64 = stage::value(
            &stage.pool,
            "SELECT count(*) FROM outbox WHERE sent_at IS NULL",
        )
        .await?;
        let resident = process::resident(worker.pid())?;
        if worked > Duration::from_mins(1) {
            // What starting took is over.
            let (least, most) = late.unwrap_or((resident, resident));
            late = Some((least.min(resident), most.max(resident)));
        }
        if unsent == 0 {
            break;
        }
        // So that nothing else differs.
        worker.pause()?;
        let rest = read().await;
        worker.go_on()?;
        let rest = rest?;
        failed += busy.figures.failed + rest.figures.failed;
        let ratio = busy.figures.p50() / rest.figures.p50();
        ratios.push(ratio);
        table.row([
            format!("{:.1}", begun.elapsed().as_secs_f64() / 60.0),
            count(unsent.unsigned_abs()),
            megabytes(resident),
            format!("{:.2}", busy.figures.p50()),
            format!("{:.2}", rest.figures.p50()),
            format!("{ratio:.2}"),
        ]);
        say(&format!(
            "  {} left, reads {ratio:.2}",
            count(unsent.unsigned_abs())
        ));
    }
    let peak = process::peak(worker.pid())?;
    let grown = late.map_or(0, |(least, most)| most - least);
    let reads = Spread::of(ratios);
    let median = reads.as_ref().map_or(f64::INFINITY, |reads| reads.median);
    let verdict = Verdict::of(median <= READS && failed == 0 && grown <= GROWTH);
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
        whole(worked.as_secs_f64()),
        whole(float(options.rows.into()) / worked.as_secs_f64()),
        reads.as_ref().map_or_else(String::new, spread),
        megabytes(grown),
        megabytes(peak),
        verdict.word(),
    );
    work::clear(&pool).await?;
    pool.close().await;
    scene.publish(common, &body)?;
    Ok(verdict)
}
