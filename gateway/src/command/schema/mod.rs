//! `coach schema`, which needs neither a database nor settings.

mod check;

use std::process::ExitCode;

use coach_resolvers::SDL;

use crate::cli::Schema;

/// The exit code of a comparison that failed, in contrast to one that found breaking changes. The same as clap's for
/// invalid arguments.
const EXIT_ERROR: u8 = 2;

/// Runs a subcommand and prints its error, if any, to standard error.
pub(crate) fn run(verb: &Schema) -> ExitCode {
    let (result, failure) = match verb {
        Schema::Print => (print(), ExitCode::FAILURE),
        Schema::Introspect => (introspect(), ExitCode::FAILURE),
        Schema::Check { old, new, format } => (
            check::run(old, new.as_deref(), *format),
            ExitCode::from(EXIT_ERROR),
        ),
    };
    result.unwrap_or_else(|error| {
        eprintln!("coach: {error:#}");
        failure
    })
}

fn print() -> anyhow::Result<ExitCode> {
    super::print(SDL)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the introspection result of the exported SDL. A test ensures that the running server returns the same.
fn introspect() -> anyhow::Result<ExitCode> {
    let schema = coach_schema::parse(SDL, "schema.graphql")?;
    super::print(&coach_schema::introspect(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
