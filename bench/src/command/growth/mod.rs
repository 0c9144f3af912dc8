//! `coach-bench growth`: measures how latencies grow, in several dimensions.

mod catalogue;
mod gateways;
mod lists;
mod members;
mod replica;
mod turns;

use clap::ValueEnum as _;

use crate::{
    cli::{Common, Dimension, GrowthOptions},
    log_progress,
};

/// Measures the dimensions one after the other. Each has a section of its own in the results.
pub(super) async fn run(common: &Common, options: &GrowthOptions) -> anyhow::Result<bool> {
    let mut kept = true;
    for dimension in Dimension::value_variants() {
        if !options.dimensions.is_empty() && !options.dimensions.contains(dimension) {
            continue;
        }
        log_progress(&format!("{dimension:?}"));
        kept &= match dimension {
            Dimension::Members => members::run(common, options).await?,
            Dimension::Lists => lists::run(common, options).await?,
            Dimension::Catalogue => catalogue::run(common, options).await?,
            Dimension::Gateways => gateways::run(common, options).await?,
            Dimension::Replica => replica::run(common, options).await?,
        };
    }
    Ok(kept)
}

/// How the runs are described below a heading.
fn description(options: &GrowthOptions) -> String {
    format!(
        "{} s for each run, {} rounds in which all that is compared has its turn; the table has the medians. wrk and all \
         servers share the cores.",
        options.seconds, options.rounds
    )
}
