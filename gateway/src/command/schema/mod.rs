//! `coach schema`: needs no database and no settings.

mod check;

use std::process::ExitCode;

use coach_resolvers::SDL;

use crate::cli::Schema;

/// Nothing can be said, which is not the same as that something breaks. What clap says of wrong arguments has it too.
const UNREADABLE: u8 = 2;

/// Runs one of its verbs and says on standard error what kept it from that.
pub(crate) fn run(verb: &Schema) -> ExitCode {
    let (done, failure) = match verb {
        Schema::Print => (print(), ExitCode::FAILURE),
        Schema::Introspect => (introspect(), ExitCode::FAILURE),
        Schema::Check { old, new, format } => (
            check::run(old, new.as_deref(), *format),
            ExitCode::from(UNREADABLE),
        ),
    };
    done.unwrap_or_else(|error| {
        eprintln!("coach: {error:#}");
        failure
    })
}

fn print() -> anyhow::Result<ExitCode> {
    super::print(SDL)?;
    Ok(ExitCode::SUCCESS)
}

/// The answer is made of the exported SDL, because a test shows that the running server gives the same one.
fn introspect() -> anyhow::Result<ExitCode> {
    let schema = coach_schema::parse(SDL, "schema.graphql")?;
    super::print(&coach_schema::introspect(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
