//! `coach-bench dev`: measures what developers wait for repeatedly.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::BudgetCheck;
use crate::{
    cli::Common,
    environment::Environment,
    gateway, log_progress,
    report::{Heading, table::Table},
};

const VERB: &str = "dev";

const RUNS: usize = 9;
const MAX_MEDIAN: Duration = Duration::from_secs(1);

/// Measures each task several times, and checks the median.
pub(super) async fn run(common: &Common) -> anyhow::Result<BudgetCheck> {
    let common = common.with_minimal_data_set();
    let environment = Environment::start(&common).await?;
    let heading = Heading::new(VERB, &common, &environment, "no load").await?;
    let mut table = Table::new(["what", "fastest", "median", "slowest", "below a second"]);
    let mut check_result = BudgetCheck::Kept;
    for (task, mut durations) in [
        ("generating the contract", time_generation()?),
        (
            "`coach dev` on a database that is there",
            time_starts(&environment.home).await?,
        ),
    ] {
        durations.sort_unstable();
        let median = durations[durations.len() / 2];
        let kept = BudgetCheck::of(median < MAX_MEDIAN);
        if kept == BudgetCheck::Broken {
            check_result = kept;
        }
        table.row([
            task.to_owned(),
            seconds(durations[0]),
            seconds(median),
            seconds(durations[durations.len() - 1]),
            kept.word().to_owned(),
        ]);
    }
    heading.publish(&common, &table.markdown())?;
    Ok(check_result)
}

/// Generates the contract as the build script of `coach-resolvers` does.
fn time_generation() -> anyhow::Result<Vec<Duration>> {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/graphql");
    let mut durations = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        coach_schema::generate(&contract, "resolvers/src")?;
        durations.push(started.elapsed());
    }
    Ok(durations)
}

/// Measures the time from the start to the first `/health/ready` with 200.
async fn time_starts(bench: &Path) -> anyhow::Result<Vec<Duration>> {
    let home: PathBuf = bench.join("dev");
    fs::create_dir_all(&home)?;
    log_progress("coach dev makes its database");
    drop(gateway::start_dev(&home).await?);
    let mut durations = Vec::new();
    for _ in 0..RUNS {
        let (dev, ready_after) = gateway::start_dev(&home).await?;
        durations.push(ready_after);
        drop(dev);
    }
    Ok(durations)
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
