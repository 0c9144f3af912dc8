//! `coach doctor`.

use clap::{Args, ValueEnum};
use coach_domain::process_start::ProcessRole;

use super::Format;

pub(super) const AFTER_HELP: &str = "\
Prints a line for each check: ok, warning, problem, or skipped with the reason. Below a warning or a problem stand what
is wrong, and the setting, SQL or command of AWS that mends it. All checks run, whichever of them fail. Nothing is
changed anywhere; with --write, an object is written and deleted.

The settings are those that `coach serve` and `coach worker` would find here. Without COACH_DATABASE_URL (or
DATABASE_URL), the database is that of the `coach dev` that runs with this COACH_HOME.

Exit code:
  0  no problems; there may be warnings
  1  a check found a problem
  2  the arguments are wrong

Examples:
  coach doctor --role gateway                   with the settings of a gateway
  coach doctor --role worker --write            with those of a worker
  coach doctor --gateways 6 --workers 2         are there connections enough for so many?
  coach doctor --format json | jq '.checks[] | select(.outcome == \"problem\")'
  kubectl --namespace coach exec deploy/coach-gateway -- /usr/bin/coach doctor --role gateway";

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Doctor {
    /// Which process the settings are for
    #[arg(long, value_enum, default_value_t)]
    pub(crate) role: DoctorRole,
    /// Also write an object to the object store and delete it, as workers do
    #[arg(long)]
    pub(crate) write: bool,
    /// How many gateways run, for the number of connections to Postgres
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(crate) gateways: u32,
    /// How many workers run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(crate) workers: u32,
    /// How many seconds each check may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub(crate) timeout: u64,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorRole {
    /// `coach serve`
    Gateway,
    /// `coach worker`
    Worker,
    /// Both, with the same settings
    #[default]
    All,
}

impl DoctorRole {
    /// The processes of this role.
    pub(crate) const fn processes(self) -> &'static [ProcessRole] {
        match self {
            Self::Gateway => &[ProcessRole::Gateway],
            Self::Worker => &[ProcessRole::Worker],
            Self::All => &[ProcessRole::Gateway, ProcessRole::Worker],
        }
    }

    /// The name, as on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Worker => "worker",
            Self::All => "all",
        }
    }
}
