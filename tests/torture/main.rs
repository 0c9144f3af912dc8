//! The crash campaign: gateway, workers and Postgres are killed repeatedly under a stream of mutations; at the end
//! every acknowledged mutation must be there exactly once. `docs/TORTURE.md` describes it, and how to read its results.

mod broker;
mod check;
mod cli;
mod client;
mod evidence;
mod fault;
mod fleet;
mod kill;
mod operation;
mod partner;
mod plan;
mod process;
mod progress;
mod report;
mod run;
mod stage;
mod stream;
#[cfg(test)]
mod tests;

use std::{process::ExitCode, sync::Arc, time::Duration};

use clap::Parser as _;
use coach_gateway::{settings, stop::Stop};
use tokio::time::Instant;

use crate::{cli::Options, report::Report, stage::Postgres};

/// How long to wait at exit for the thread that starts Postgres, which cannot be interrupted.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match start(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("coach-torture: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: &Options) -> anyhow::Result<ExitCode> {
    // The database driver would read environment variables that are set for other databases.
    settings::restart_with_clean_environment()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(async {
        let stop = Stop::on_signals()?;
        tokio::select! {
            result = campaign(options) => result.map(|all_hold| if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
            // All child processes are stopped when they are dropped.
            () = stop.requested() => Ok(ExitCode::from(130)),
        }
    });
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    result
}

/// Runs all seeds, and returns whether all of them hold.
async fn campaign(options: &Options) -> anyhow::Result<bool> {
    let home = match &options.home {
        Some(home) => home.clone(),
        None => process::target()?.join("torture"),
    };
    let postgres = Postgres::start(home.clone(), options.postgres_bin.clone()).await?;
    let postgres = Arc::new(postgres);
    let mut all_hold = true;
    for seed in (options.seed..).take(usize::try_from(options.seeds)?) {
        let started = Instant::now();
        log(&format!("seed {seed} begins"));
        let (evidence, notes) = run::run(&postgres, &home, options, seed).await?;
        let report = Report::new(seed, &evidence, notes, started.elapsed());
        println!("{report}");
        all_hold &= report.holds();
    }
    Ok(all_hold)
}

/// Logs progress to standard error; standard output is for the results.
fn log(text: &str) {
    eprintln!("coach-torture: {text}");
}
