//! `coach-bench dev`: measures what developers wait for repeatedly.

use std::{fs, path::Path, time::Instant};

use super::start_minimal;
use crate::{
    cli::Common, format::kept_or_broken, gateway, log_progress, report::table::Table,
    statistics::Spread,
};

const VERB: &str = "dev";

const RUNS: usize = 9;
/// The limit of the median in seconds.
const MAX_MEDIAN: f64 = 1.0;

/// Measures each task several times, and checks the median.
pub(super) async fn run(common: &Common) -> anyhow::Result<bool> {
    let (environment, heading) = start_minimal(VERB, common, "no load").await?;
    let mut table = Table::new("what | fastest | median | slowest | below a second");
    let mut all_kept = true;
    for (task, times) in [
        ("generating the contract", time_generation()?),
        (
            "`coach dev` on a database that is there",
            time_starts(&environment.home).await?,
        ),
    ] {
        let times = Spread::of(times)?;
        let kept = times.median < MAX_MEDIAN;
        all_kept &= kept;
        let seconds = |time: f64| format!("{time:.2} s");
        table.row([
            task.to_owned(),
            seconds(times.min),
            seconds(times.median),
            seconds(times.max),
            kept_or_broken(kept).to_owned(),
        ]);
    }
    heading.publish(&table.markdown())?;
    Ok(all_kept)
}

/// Generates the contract as the build script of `coach-resolvers` does. Returns seconds.
fn time_generation() -> anyhow::Result<Vec<f64>> {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/graphql");
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        coach_schema::generate(&contract, "resolvers/src")?;
        times.push(started.elapsed().as_secs_f64());
    }
    Ok(times)
}

/// Measures the seconds from the start to the first `/health/ready` with 200.
async fn time_starts(bench: &Path) -> anyhow::Result<Vec<f64>> {
    let home = bench.join("dev");
    fs::create_dir_all(&home)?;
    log_progress("coach dev makes its database");
    drop(gateway::start_dev(&home).await?);
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let (dev, ready_after) = gateway::start_dev(&home).await?;
        times.push(ready_after.as_secs_f64());
        drop(dev);
    }
    Ok(times)
}
