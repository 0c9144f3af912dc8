//! `coach-bench`: loads a data set, drives the gateway, and prints tables that can be pasted into `bench/RESULTS.md`.
//! `bench/README.md` says what is measured and what is not.

mod alternate;
mod cli;
mod command;
mod dataset;
mod deaf;
mod gateway;
mod install;
mod load;
mod measure;
mod metrics;
mod operation;
mod otlp;
mod peer;
mod process;
mod rehearsal;
mod report;
mod service;
mod stage;
mod statistics;
mod work;

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;
use coach_gateway::{settings, stop::Stop};

use crate::{cli::Cli, command::Verdict};

/// For the thread that starts Postgres, which cannot be interrupted.
const LINGER: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("coach-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    // The database driver would read what people have set for other databases.
    settings::restart_without_other_settings()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(async {
        let stop = Stop::on_signals()?;
        tokio::select! {
            verdict = command::run(cli) => verdict.map(|verdict| match verdict {
                Verdict::Kept => ExitCode::SUCCESS,
                Verdict::Broken => ExitCode::FAILURE,
            }),
            // Everything that was started is stopped by being dropped.
            () = stop.asked() => Ok(ExitCode::from(130)),
        }
    });
    runtime.shutdown_timeout(LINGER);
    ended
}

/// Says on standard error what is going on; standard output is for the tables.
fn say(text: &str) {
    eprintln!("coach-bench: {text}");
}
