//! The command line.

#![expect(clippy::doc_markdown, reason = "terminals show the marks")]

use clap::{Parser, Subcommand};

/// The gateway of a fitness-coaching app: one GraphQL API over Postgres.
#[derive(Debug, Parser)]
#[command(name = "coach", version, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const AFTER: &str = "\
Examples:
  coach dev                               everything on this machine, nothing to set up
  TOKEN=$(coach token)                    a token of the demo member
  COACH_LISTEN=127.0.0.1:8081 COACH_HOME=.coach-8081 coach dev
                                          a second copy beside the first
  COACH_DATABASE_URL=postgres://… coach migrate && COACH_DATABASE_URL=postgres://… coach serve
                                          in production

Settings come from defaults, then coach.toml, then COACH_… in the environment: `coach check-config` shows them.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run everything here: a private Postgres, migrated and with content, and the gateway
    ///
    /// Keeps what it needs in COACH_HOME (default `.coach`). Ignores DATABASE_URL, PG* and AWS_* of the shell. Ctrl-C
    /// stops everything that it started.
    Dev,
    /// Serve requests from the database COACH_DATABASE_URL (or DATABASE_URL)
    Serve,
    /// Bring the tables of COACH_DATABASE_URL (or DATABASE_URL) up to date
    Migrate,
    /// Put the content and the demo members into COACH_DATABASE_URL
    ///
    /// Refuses a database that holds tables which are not ours. Done twice, it renews the demo members.
    Seed,
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
    /// Print the settings in force and where each comes from, secrets hidden
    CheckConfig,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// Print the schema, for code generators
    Print,
}

impl Verb {
    /// Whether DATABASE_URL counts, which people have set for other work.
    pub(crate) fn takes_database_url(&self) -> bool {
        matches!(self, Self::Serve | Self::Migrate)
    }
}
