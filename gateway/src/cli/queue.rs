//! `coach queue`.

use clap::{Args, Subcommand};
use coach_domain::queue::QueueName;

use super::{Format, one_of};

pub(super) const AFTER_HELP: &str = "\
Dead letters are messages that were received five times and not done, or that nobody can do. A redrive gives them back
to their queue, where they count their receives anew; what they had done already is not done again.

Each change is recorded in the table `audit`, with who made it. With --dry-run it is only said.

The database is COACH_DATABASE_URL (or DATABASE_URL); without one, that of the `coach dev` that runs with this
COACH_HOME. COACH_QUEUE says where the queues are.

Examples:
  coach queue list                              how full they are, and the outbox
  coach queue show partner-sync                 its dead letters, without what is in them
  coach queue redrive partner-sync --dry-run    how many would be given back
  coach queue redrive partner-sync --id 17 --id 18
  coach queue discard email --all --limit 1000  for good
  coach queue pause email; coach queue resume email
  COACH_QUEUE=sqs coach queue create            those on SQS that are missing";

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// Show each queue (waiting, oldest, in flight, dead, paused) and the outbox
    ///
    /// Amazon's queues count approximately, and do not tell the age of their oldest message.
    List {
        /// How to print it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show a queue's dead letters, without what is in them; what died first comes first
    ///
    /// On SQS looking hides letters from others for some seconds.
    Show {
        #[command(flatten)]
        target: QueueTarget,
        /// The most of them
        #[arg(long, default_value_t = 20, value_parser = limit())]
        limit: u32,
        /// Also what is in them, which may be personal
        #[arg(long)]
        payload: bool,
        /// How to print them
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Create the queues on SQS that do not exist, each with its queue of dead letters
    ///
    /// Their names are those of COACH_QUEUE_ADDRESSES. Queues that exist are left as they are. In production, rather make
    /// them part of the infrastructure.
    Create {
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Give dead letters back to their queue, oldest first
    Redrive {
        #[command(flatten)]
        target: QueueTarget,
        /// Only the letter with this id, as `show` prints it; may be given more than once
        #[arg(long = "id", value_name = "ID")]
        ids: Vec<String>,
        /// The most of them
        #[arg(long, default_value_t = 100, value_parser = limit(), conflicts_with = "ids")]
        limit: u32,
        #[command(flatten)]
        options: ChangeOptions,
    },
    /// Delete dead letters for good
    Discard {
        #[command(flatten)]
        target: QueueTarget,
        /// The letter with this id, as `show` prints it; may be given more than once
        #[arg(long = "id", value_name = "ID", required_unless_present = "all")]
        ids: Vec<String>,
        /// Whatever is dead, oldest first, up to the limit
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// The most of them
        #[arg(long, default_value_t = 100, value_parser = limit(), conflicts_with = "ids")]
        limit: u32,
        #[command(flatten)]
        options: ChangeOptions,
    },
    /// Let a queue give out nothing until it is resumed
    ///
    /// What is being worked on is finished, and messages go on coming in.
    Pause {
        #[command(flatten)]
        target: QueueTarget,
        #[command(flatten)]
        options: ChangeOptions,
    },
    /// Let a paused queue go on
    Resume {
        #[command(flatten)]
        target: QueueTarget,
        #[command(flatten)]
        options: ChangeOptions,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct QueueTarget {
    /// The queue, without `-dlq`
    #[arg(value_name = "QUEUE", value_parser = one_of(QueueName::CONSUMED, QueueName::as_str))]
    pub(crate) queue: QueueName,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ChangeOptions {
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Who does it, for the record; the user of this machine without
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) actor: Option<String>,
}

fn limit() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=10_000)
}
