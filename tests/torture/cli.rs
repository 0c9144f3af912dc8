//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

/// Kills gateway, workers and Postgres under a stream of mutations, and counts what was lost or done twice.
#[derive(Clone, Debug, Parser)]
#[command(name = "coach-torture", after_help = AFTER)]
pub(crate) struct Options {
    /// Mutations to be acknowledged, for each seed
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(50..))]
    pub(crate) mutations: u32,
    /// How many seeds, one after the other
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seeds: u32,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The least number of kills, for each seed
    #[arg(long, default_value_t = 200)]
    pub(crate) kills: u32,
    /// How often each named point is hit at least, for each seed
    #[arg(long, default_value_t = 2)]
    pub(crate) hits: u32,
    /// What carries messages
    #[arg(long, value_enum, default_value_t = Queue::Postgres)]
    pub(crate) queue: Queue,
    /// For how many seconds the queue cannot be reached
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub(crate) outage: u32,
    /// One request in so many is broken off by its client, at any moment; 0 for none
    #[arg(long, default_value_t = 0)]
    pub(crate) hang_up_in: usize,
    /// Every so many seconds Postgres is restarted; 0 for never
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) restart_every: u32,
    /// Has gateways and workers reach Postgres through `PgBouncer`, in session mode
    #[arg(long)]
    pub(crate) pooler: bool,
    /// Folder of the private Postgres and of what the runs leave: target/torture by default
    #[arg(long, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    /// Folder with `postgres` and `initdb`, 15 or later; looked for by default
    #[arg(long, value_name = "FOLDER", env = "COACH_POSTGRES_BIN")]
    pub(crate) postgres_bin: Option<PathBuf>,
}

const AFTER: &str = "\
`make torture` builds everything and starts it; options with TORTURE:

  make torture TORTURE='--mutations 1000 --seeds 1 --kills 40 --outage 5'
  make torture TORTURE='--seeds 3 --hang-up-in 5'
  make torture TORTURE='--seeds 1 --hang-up-in 5 --kills 0 --hits 0 --restart-every 10 --pooler'

A line for each seed goes to standard output, what is going on to standard error. docs/TORTURE.md says how to read it.";

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Queue {
    /// Tables in the database.
    Postgres,
    /// SQS, as `ministack` speaks it.
    Sqs,
}

impl Options {
    pub(crate) fn restart_every(&self) -> Option<Duration> {
        (self.restart_every > 0).then(|| Duration::from_secs(self.restart_every.into()))
    }

    pub(crate) fn outage(&self) -> Duration {
        Duration::from_secs(self.outage.into())
    }
}
