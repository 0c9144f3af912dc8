//! `coach-bench`: loads a data set, sends requests to the gateway, and prints tables for `bench/RESULTS.md`.
//! `bench/README.md` describes what is measured and what is not.

mod cli;
mod command;
mod comparison;
mod dataset;
mod difference;
mod environment;
mod format;
mod gateway;
mod install;
mod load;
mod measure;
mod metrics;
mod nginx;
mod operation;
mod otlp;
mod peer_server;
mod peers;
mod pgbench;
mod pipeline;
mod process;
mod rehearsal;
mod report;
mod service;
mod sql;
mod statement_log;
mod statistics;
mod stub;

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;
use coach_gateway::{settings, stop::Stop};

use crate::cli::Cli;

/// The gateway's, so that the servers of `serve-peer` do not differ from it in this.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long to wait for blocking threads: the one that starts Postgres cannot be interrupted.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

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
    // The database driver would read environment variables that are meant for other databases.
    settings::restart_with_clean_environment()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(async {
        let stop = Stop::on_signals()?;
        tokio::select! {
            limits_kept = command::run(cli) => limits_kept.map(|kept| ExitCode::from(u8::from(!kept))),
            // Dropping the command stops everything that it started.
            () = stop.requested() => Ok(ExitCode::from(130)),
        }
    });
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    result
}

/// Logs progress to standard error; standard output is for the tables.
fn log_progress(text: &str) {
    eprintln!("coach-bench: {text}");
}
