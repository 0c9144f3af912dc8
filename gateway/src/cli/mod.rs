//! The command line.

#![expect(
    clippy::doc_markdown,
    reason = "help texts are shown on terminals, which would show the backticks"
)]

mod doctor;
mod live;
mod probe;
mod queue;
mod trace;
mod webhook;

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use coach_domain::process_start::ProcessRole;

pub(crate) use self::{
    doctor::{Doctor, DoctorRole},
    live::{Live, LiveStateArg},
    probe::{Journey, Probe},
    queue::{ChangeOptions, Queue},
    trace::Trace,
    webhook::Webhook,
};

/// The gateway of a fitness-coaching app: one GraphQL API over Postgres.
#[derive(Debug, Parser)]
#[command(name = "coach", version, arg_required_else_help = true, after_help = after_help())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

fn after_help() -> String {
    let of_dev = if cfg!(feature = "dev") {
        EXAMPLES_OF_DEV
    } else {
        ""
    };
    format!("Examples:{of_dev}{EXAMPLES}")
}

const EXAMPLES_OF_DEV: &str = "
  coach dev                               everything on this machine, nothing to set up
  TOKEN=$(coach token)                    a token of the demo member
  COACH_LISTEN=127.0.0.1:8081 COACH_HOME=.coach-8081 coach dev
                                          a second copy beside the first";

const EXAMPLES: &str = "
  COACH_DATABASE_URL=postgres://… coach migrate && COACH_DATABASE_URL=postgres://… \
  COACH_AUTH_ISSUER=https://… COACH_AUTH_AUDIENCE=… coach serve
                                          in production
  COACH_DATABASE_URL=postgres://… coach worker
                                          beside it, for mail and all else that happens behind the answers

Settings come from defaults, then coach.toml, then COACH_… in the environment: `coach check-config` shows them, and
`coach doctor` says whether a deployment has what it needs.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run everything here: a private Postgres, migrated and with content, the gateway and the workers
    ///
    /// Keeps what it needs in COACH_HOME (default `.coach`). Ignores DATABASE_URL, PG* and AWS_* of the shell. Ctrl-C
    /// stops everything that it started.
    #[cfg(feature = "dev")]
    Dev {
        /// Announce no demo of a live session, which otherwise is on air three minutes after the start
        #[arg(long)]
        no_live_session: bool,
    },
    /// Serve requests from the database COACH_DATABASE_URL (or DATABASE_URL)
    Serve {
        /// Do the work of `coach worker` too, in this process
        #[arg(long)]
        with_workers: bool,
    },
    /// Do what happens behind the answers: send what the outbox owes, work on the queues, remind
    ///
    /// With the database COACH_DATABASE_URL (or DATABASE_URL). Any number may run at once. Answers GET /health/live,
    /// /health/ready and /metrics on COACH_LISTEN. Stops within 15 seconds: what is not done by then is given back.
    Worker,
    /// Bring the tables of COACH_DATABASE_URL (or DATABASE_URL) up to date
    Migrate,
    /// Put the content and the demo members into COACH_DATABASE_URL
    ///
    /// Refuses a database that holds tables which are not ours. Done twice, it renews the demo members. In production
    /// use --content-only: demo members are members, and get mail.
    Seed {
        /// Exercises, workouts, recipes and programmes alone, without demo members
        #[arg(long)]
        content_only: bool,
    },
    /// Bring content of your own into the catalogue
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Print a bearer token of the local issuer
    ///
    /// Alone on standard output, and good for seven days. Without an address it is for the demo member who is in the
    /// middle of a cycle.
    Token {
        /// Whose, such as maya@demo.coach.example
        email: Option<String>,
        /// A group of theirs: `coach` or `staff`
        #[arg(long = "group", value_name = "GROUP")]
        groups: Vec<String>,
    },
    /// The contract
    #[command(subcommand)]
    Schema(Schema),
    /// See and mend the queues: dead letters, pauses
    #[command(subcommand, after_help = queue::AFTER_HELP)]
    Queue(Queue),
    /// See what others have sent, and have it worked on again
    #[command(subcommand, after_help = webhook::AFTER_HELP)]
    Webhook(Webhook),
    /// Find the cause of a slow answer: what its request did, and when
    #[command(after_help = trace::AFTER_HELP)]
    Trace(Trace),
    /// See and mend the status file of live sessions
    #[command(subcommand, after_help = live::AFTER_HELP)]
    Live(Live),
    /// Go through the key journeys of a running service as a test member, and say which of them fail
    ///
    /// For cron, Kubernetes and CloudWatch Synthetics. docs/PROBE.md describes the test member and the alerts.
    #[command(after_help = probe::AFTER_HELP)]
    Probe(Probe),
    /// Ask the gateway or worker that listens on COACH_LISTEN here whether it is ready, for health checks of containers
    ///
    /// Exit code 1 unless it is.
    Health {
        /// Ask whether it runs, whatever becomes of the database: for checks after which it is restarted
        #[arg(long)]
        live: bool,
    },
    /// Print the settings in force and where each comes from, secrets hidden; or all mistakes in them
    CheckConfig {
        /// Also what a process of this role needs: those of `coach serve` and `coach worker` are different
        #[arg(long, value_enum)]
        role: Option<DoctorRole>,
    },
    /// Check what a deployment needs, from where this runs, and say how to mend what is wrong; changes nothing
    ///
    /// Settings, database, queues, topic, objects, CDN, mail, identity provider, clock, secrets and telemetry, with the
    /// settings of this shell or container. docs/DOCTOR.md lists the checks.
    #[command(after_help = doctor::AFTER_HELP)]
    Doctor(Doctor),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// Print the schema, for code generators
    Print,
    /// Print the schema as the JSON that introspection answers, for code generators
    ///
    /// The answer to getIntrospectionQuery of graphql-js with all its options. Needs no database and no settings.
    Introspect,
    /// Say what has changed since an older schema, and fail if it breaks clients
    ///
    /// The rules and names are those of graphql-js (findBreakingChanges, findDangerousChanges) and a few more;
    /// docs/SCHEMA.md lists them. Order, descriptions and deprecations do not matter.
    #[command(after_long_help = AFTER_CHECK_HELP)]
    Check {
        /// The older schema in SDL, by `coach schema print` or another tool; `-` is standard input
        old: PathBuf,
        /// The newer schema in SDL, or `-`; without it, the schema of this program
        new: Option<PathBuf>,
        /// How to print the changes; json is {"breaking": 1, "dangerous": 0, "changes": [{"criticality", "kind",
        /// "coordinate", "message"}]}
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

const AFTER_CHECK_HELP: &str = "\
Exit code:
  0  nothing breaks; dangerous changes, if any, are printed
  1  something breaks clients
  2  a schema cannot be read; what is wrong is on standard error, with file, line and column

Examples:
  curl -fsS https://api.example.com/schema.graphql | coach schema check -
                                          in the CI of this server: what would a deployment break?
  curl -fsS https://api.example.com/schema.graphql | coach schema check schema.graphql -
                                          in the CI of a client that keeps schema.graphql: has the server moved away?
  git show v1.4.0:schema.graphql | coach schema check - schema.graphql --format json
                                          between two versions of a file, for machines";

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people
    #[default]
    Text,
    /// JSON for programs
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Catalogue {
    /// Take exercises or recipes from files into the catalogue
    ///
    /// Into the database COACH_DATABASE_URL (or DATABASE_URL); without one, into that of the `coach dev` that runs with
    /// this COACH_HOME. Each item is taken or refused by itself. Done twice, it changes nothing the second time;
    /// interrupted, it does the rest the next time. docs/IMPORT.md describes the files.
    #[command(subcommand)]
    Import(Import),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Exercises from one file of JSON
    Exercises {
        /// A list of objects, as in free-exercise-db's exercises.json; `-` reads standard input
        file: PathBuf,
        #[command(flatten)]
        options: ImportOptions,
    },
    /// Recipes from a folder of Markdown files with front matter
    Recipes {
        /// Its files whose names end with `.md` are taken
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        options: ImportOptions,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ImportOptions {
    /// Only read and compare: say what would be taken and refused, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Fail (exit code 1) if anything is refused, once the rest is taken
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Takes one of these values by its name.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    values: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(values.map(name)).try_map(move |text| {
        let mut values = values.into_iter();
        let found = values.find(|value| name(*value) == text);
        found.ok_or("there is none of this name")
    })
}

impl Verb {
    /// The roles of a process of this subcommand, by which more settings are required.
    pub(crate) fn roles(&self) -> &'static [ProcessRole] {
        match self {
            Self::Serve { .. } => &[ProcessRole::Gateway],
            Self::Worker => &[ProcessRole::Worker],
            Self::CheckConfig { role: Some(role) } => role.processes(),
            _ => &[],
        }
    }

    /// Whether DATABASE_URL is read. Shells often have it set for other applications, so only some subcommands read it.
    pub(crate) fn takes_database_url(&self) -> bool {
        matches!(
            self,
            Self::Serve { .. } | Self::Worker | Self::Migrate | Self::Seed { .. }
        ) || self.falls_back_to_dev()
    }

    /// Whether it runs until it is stopped, in production.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Self::Serve { .. } | Self::Worker)
    }

    /// Whether it uses the database of a running `coach dev` when no other is set.
    pub(crate) fn falls_back_to_dev(&self) -> bool {
        matches!(
            self,
            Self::Catalogue(_) | Self::Queue(_) | Self::Trace(_) | Self::Live(_) | Self::Webhook(_)
        )
    }
}
