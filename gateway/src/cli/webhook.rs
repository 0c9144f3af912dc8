//! `coach webhook`.

use clap::{Subcommand, builder::TypedValueParser};
use coach_domain::webhook::{EventState, Source};
use uuid::Uuid;

use super::{ChangeOptions, Format, one_of};

pub(super) const AFTER_HELP: &str = "\
Events are kept for 30 days as they came, once they are known to be genuine. A replay has one worked on again: what it
says counts as of when it was said, so an old event takes nothing back.

Each replay is recorded in the table `audit`, with who made it. With --dry-run it is only said.

The database is COACH_DATABASE_URL (or DATABASE_URL); without one, that of the `coach dev` that runs with this
COACH_HOME.

Examples:
  coach webhook list                        the newest, without what is in them
  coach webhook list --state failed --source stripe
  coach webhook replay 0195a9c6-2e00-7c3a-8b1d-5e4f60718293";

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Show the newest events, newest first, without what is in them
    List {
        /// Only of this source
        #[arg(long, value_parser = one_of(Source::ALL, Source::as_str))]
        source: Option<Source>,
        /// Only with this state
        #[arg(long, value_parser = state())]
        state: Option<EventState>,
        /// The most of them
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// How to print them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Have events worked on again
    Replay {
        /// Their ids, as `list` prints them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<Uuid>,
        #[command(flatten)]
        options: ChangeOptions,
    },
}

const STATES: [(&str, EventState); 4] = [
    ("received", EventState::Received),
    ("done", EventState::Done),
    ("ignored", EventState::Ignored),
    ("failed", EventState::Failed),
];

fn state() -> impl TypedValueParser<Value = EventState> {
    one_of(STATES, |(name, _)| name).map(|(_, state)| state)
}
