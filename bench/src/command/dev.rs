//! `coach-bench dev`: what a developer waits for, again and again.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::Verdict;
use crate::{
    cli::Common,
    gateway,
    report::{Heading, table::Table},
    say,
    stage::Stage,
};

const VERB: &str = "dev";

const TIMES: usize = 9;
const LIMIT: Duration = Duration::from_secs(1);

/// Measures each several times; the median counts.
pub(super) async fn run(common: &Common) -> anyhow::Result<Verdict> {
    let common = common.without_load();
    let stage = Stage::set(&common).await?;
    let heading = Heading::new(VERB, &common, &stage, "no load").await?;
    let mut table = Table::new(["what", "fastest", "median", "slowest", "below a second"]);
    let mut verdict = Verdict::Kept;
    for (what, mut took) in [
        ("generating the contract", generations()?),
        (
            "`coach dev` on a database that is there",
            starts(&stage.home).await?,
        ),
    ] {
        took.sort_unstable();
        let median = took[took.len() / 2];
        let kept = Verdict::of(median < LIMIT);
        if kept == Verdict::Broken {
            verdict = kept;
        }
        table.row([
            what.to_owned(),
            seconds(took[0]),
            seconds(median),
            seconds(took[took.len() - 1]),
            kept.word().to_owned(),
        ]);
    }
    heading.publish(&common, &table.markdown())?;
    Ok(verdict)
}

/// As the build of `coach-resolvers` does it.
fn generations() -> anyhow::Result<Vec<Duration>> {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/graphql");
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        coach_schema::generate(&contract, "resolvers/src")?;
        took.push(begun.elapsed());
    }
    Ok(took)
}

/// From the start to the first `/health/ready` that says yes.
async fn starts(bench: &Path) -> anyhow::Result<Vec<Duration>> {
    let home: PathBuf = bench.join("dev");
    fs::create_dir_all(&home)?;
    say("coach dev makes its database");
    drop(gateway::start_dev(&home).await?);
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let (dev, ready_after) = gateway::start_dev(&home).await?;
        took.push(ready_after);
        drop(dev);
    }
    Ok(took)
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}
