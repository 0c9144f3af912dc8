//! The command line.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures the gateway, as the binary `coach` beside this one, over a private Postgres.
#[derive(Debug, Parser)]
#[command(name = "coach-bench", arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
    #[command(flatten)]
    pub(crate) common: Common,
}

const AFTER: &str = "\
`make bench` builds everything and starts `run`; BENCH names another command:

  make bench MEMBERS=1000 BENCH='run --operation Today --seconds 5'
  make bench BENCH=telemetry

Tables go to standard output as Markdown, what is going on to standard error.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Drive the app's reads at several numbers of connections
    Run(RunOptions),
    /// Compare Today with and without telemetry being exported; fails where it costs more than 3 % of throughput
    Telemetry(PairOptions),
    /// Measure how latencies grow with members, lists, recipes and gateways, and what a replica changes; fails where the
    /// median of Today grows more than 1.3 times
    Growth(GrowthOptions),
    /// Start a gateway and send it 100,000 Today requests; fails where the first takes 300 ms from the start, or where more than
    /// 80 MB are resident after the last
    Memory,
    /// Compare Today with a bare server that answers the same without GraphQL
    #[command(alias = "peer")]
    BareServer(PairOptions),
    /// Compare Today with servers in Rust and Node.js, and with pgbench, alternately; fails where an answer differs, and says
    /// which of the wanted ratios were reached
    Peers(PeersOptions),
    /// Measure how soon what was committed is received, and how many messages a core carries; fails above 250 ms at rest
    /// and above 1 s at 500 a second (p99)
    Queue(QueueOptions),
    /// Drain an hour's backlog of the outbox while Today is read; fails where reads suffer or memory grows
    Backlog(BacklogOptions),
    /// Compare submitCheckIn with and without queue, mail server and the partners' API responding; fails where its median takes more than
    /// 1.2 times as long
    Answers(AnswersOptions),
    /// Have a crowd wait for live sessions behind an edge of a CDN, and a video provider that repeats itself; fails where
    /// `docs/LIVE.md` promises more
    RehearseLive(RehearseLiveOptions),
    /// Compare /live/status.json of the gateway with nginx and the same file; fails where the gateway answers less than half
    /// as often
    Status(PairOptions),
    /// Compare the answer to a webhook with a bare insert and commit; fails where its p95 takes more than twice as long
    Webhooks(WebhooksOptions),
    /// Measure what a developer waits for: generating the contract, and `coach dev` on an existing database; fails where
    /// either takes more than a second
    Dev,
    /// The worker that `queue` measures; started by it
    #[command(hide = true)]
    Work(WorkOptions),
    /// One of the servers in Rust that `bare-server` and `peers` compare with; started by them
    #[command(hide = true)]
    ServePeer(ServePeerOptions),
}

/// What all verbs share.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Members in the data set, which is made once for each number and kept for a week
    #[arg(long, global = true, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(20..=2_000_000))]
    pub(crate) members: u32,
    /// Folder of the private Postgres, of its data sets and of what the runs leave: target/bench by default
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    /// Folder with `postgres` and `initdb`, 15 or later; looked for by default
    #[arg(long, global = true, value_name = "FOLDER", env = "COACH_POSTGRES_BIN")]
    pub(crate) postgres_bin: Option<PathBuf>,
    /// Also write the table into bench/RESULTS.md, in place of the last one of the same verb
    #[arg(long, global = true)]
    pub(crate) save: bool,
}

impl Common {
    /// The folder of the private Postgres and of what the runs leave.
    pub(crate) fn home(&self) -> anyhow::Result<PathBuf> {
        if let Some(home) = &self.home {
            return Ok(home.clone());
        }
        let program = std::env::current_exe()?;
        let target = program.ancestors().nth(2).map(Path::to_owned);
        Ok(target.context("this program has no folder")?.join("bench"))
    }

    /// The same options with a minimal data set, for measurements that do not depend on members.
    pub(crate) fn with_minimal_data_set(&self) -> Self {
        Self {
            members: 20,
            ..self.clone()
        }
    }
}

/// What `run` drives.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// One of the operations instead of all; may be given several times
    #[arg(long = "operation", value_name = "NAME")]
    pub(crate) operations: Vec<String>,
    /// Numbers of connections
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64], value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) connections: Vec<u32>,
    /// Seconds for each operation and number of connections
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
}

/// What `growth` varies.
#[derive(Clone, Debug, Args)]
pub(crate) struct GrowthOptions {
    /// One of the dimensions instead of all; may be given several times
    #[arg(long = "dimension", value_enum, value_name = "NAME")]
    pub(crate) dimensions: Vec<Dimension>,
    /// Numbers of members; the other dimensions have those of --members
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000], value_parser = clap::value_parser!(u32).range(100..=2_000_000))]
    pub(crate) sizes: Vec<u32>,
    /// Of how many cycles, from the open one back, these members' workouts and meals are kept
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(crate) history_cycles: u32,
    /// Lengths of lists
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1_000], value_parser = clap::value_parser!(u32).range(10..=1_000))]
    pub(crate) lengths: Vec<u32>,
    /// Numbers of recipes in the catalogue
    #[arg(long, value_delimiter = ',', default_values_t = [600, 20_000], value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub(crate) recipes: Vec<u32>,
    /// The most gateways behind nginx
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) gateways: u8,
    /// Numbers of connections
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8], value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) connections: Vec<u32>,
    /// Rounds, in each of which everything that is compared has a run; the table has the medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Seconds for each run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
    /// Megabytes of shared buffers of Postgres: a quarter of the machine's memory by default
    #[arg(long, value_name = "MEGABYTES", value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) shared_buffers: Option<u32>,
}

/// What is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dimension {
    /// The number of members
    Members,
    /// The length of lists
    Lists,
    /// The number of recipes
    Catalogue,
    /// The number of gateways
    Gateways,
    /// Whether queries read from a replica
    Replica,
}

/// How two servers are compared: one after the other, in turn.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PairOptions {
    /// Pairs of runs
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pairs: u32,
    /// Seconds for each run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
    /// Connections
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) connections: u32,
}

/// What `peers` compares.
#[derive(Clone, Debug, Args)]
pub(crate) struct PeersOptions {
    /// Rounds, in each of which each server has a run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Seconds for each run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) seconds: u32,
    /// Connections; another part has one
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) connections: u32,
    /// Only the peers whose names contain this; may be given several times
    #[arg(long = "only", value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Only compare the answers
    #[arg(long)]
    pub(crate) answers: bool,
}

/// The servers in Rust that the gateway is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RustPeer {
    /// The functions of the domain that the gateway calls, and plain structs as JSON: the gateway without GraphQL
    Bare,
    /// tokio-postgres with seven statements by hand
    Plain,
    /// tokio-postgres with one statement that returns the member's rows as JSON
    Json,
    /// tokio-postgres with one statement that returns the whole response, the catalogue included
    Views,
    /// async-graphql as its documentation has it, with its `DataLoader`, over tokio-postgres
    Stock,
}

/// What a server in Rust needs to know.
#[derive(Debug, Args)]
pub(crate) struct ServePeerOptions {
    pub(crate) peer: RustPeer,
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    #[arg(long)]
    pub(crate) database_url: String,
    /// The folder with the local issuer's key.
    #[arg(long)]
    pub(crate) issuer: PathBuf,
}

/// What `queue` sends.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct QueueOptions {
    /// Seconds of each measurement of delays
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(5..))]
    pub(crate) seconds: u32,
    /// Messages sent to measure the rate
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub(crate) messages: u32,
}

/// What `backlog` drains.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct BacklogOptions {
    /// Rows of the outbox
    #[arg(long, default_value_t = 360_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub(crate) rows: u32,
    /// The most that the relay sends in a second
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: u32,
    /// Seconds for each run of reads
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
    /// Connections of the reads
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) connections: u32,
}

/// What `webhooks` sends.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct WebhooksOptions {
    /// Requests a second, of each kind
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) rate: u32,
    /// Rounds; each kind of request has five seconds in a round
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
}

/// Who waits for live sessions.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct RehearseLiveOptions {
    /// Apps that poll the status file
    #[arg(long, default_value_t = 32_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub(crate) pollers: u32,
    /// Sessions, 46 seconds each, after a warm-up with a tenth of the crowd
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) sessions: u32,
}

/// How often `answers` asks.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct AnswersOptions {
    /// Rounds, in each of which each of the four servers has a run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Check-ins of a run; each by a different member
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(10..))]
    pub(crate) check_ins: u32,
}

/// What the worker needs to know.
#[derive(Debug, Args)]
pub(crate) struct WorkOptions {
    #[arg(long)]
    pub(crate) database_url: String,
    /// Ends after so many.
    #[arg(long)]
    pub(crate) messages: u64,
}
