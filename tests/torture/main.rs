//! The crash campaign: gateway, workers and Postgres are killed again and again under a stream of mutations; in the end
//! everything that was acknowledged must be there, once. `docs/TORTURE.md` says what is done and how to read it.

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

/// For the thread that starts Postgres, which cannot be interrupted.
const LINGER: Duration = Duration::from_secs(10);

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
    // The database driver would read what people have set for other databases.
    settings::restart_without_other_settings()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(async {
        let stop = Stop::on_signals()?;
        tokio::select! {
            held = campaign(options) => held.map(|held| if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
            // Everything that was started is stopped by being dropped.
            () = stop.asked() => Ok(ExitCode::from(130)),
        }
    });
    runtime.shutdown_timeout(LINGER);
    ended
}

/// All seeds; whether all of them hold.
async fn campaign(options: &Options) -> anyhow::Result<bool> {
    let home = match &options.home {
        Some(home) => home.clone(),
        None => process::target()?.join("torture"),
    };
    let postgres = Postgres::start(home.clone(), options.postgres_bin.clone()).await?;
    let postgres = Arc::new(postgres);
    let mut held = true;
    for seed in (options.seed..).take(usize::try_from(options.seeds)?) {
        let begun = Instant::now();
        say(&format!("seed {seed} begins"));
        let (evidence, notes) = run::run(&postgres, &home, options, seed).await?;
        let report = Report::new(seed, &evidence, notes, begun.elapsed());
        println!("{report}");
        held &= report.holds();
    }
    Ok(held)
}

/// Says on standard error what is going on; standard output is for the verdicts.
fn say(text: &str) {
    eprintln!("coach-torture: {text}");
}
