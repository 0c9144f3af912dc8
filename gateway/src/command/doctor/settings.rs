//! The settings: all mistakes at once.

use std::time::Duration;

use coach_gateway::settings::{Error, Source, Sources};

use super::check::{Check, Findings, Severity};

/// A problem for each mistake.
pub(super) fn check(sources: &Sources, errors: &[Error]) -> Check {
    let mut findings = Findings::default();
    for error in errors {
        findings.add(Severity::Problem, what(error), mend(error));
    }
    if errors.is_empty() {
        findings.note = if sources.file.exists() {
            format!("{} and the environment", sources.file.display())
        } else {
            "from the environment".to_owned()
        };
    }
    Check {
        name: "settings".to_owned(),
        findings,
        duration: Duration::ZERO,
    }
}

fn what(error: &Error) -> String {
    match error {
        // The message lists all settings.
        Error::Unknown { name, origin, .. } => {
            format!("{} ({origin}) is not a setting", origin.spell(name))
        }
        error => error.to_string(),
    }
}

fn mend(error: &Error) -> String {
    match error {
        Error::Unknown { name, origin, nearest, .. } => {
            let name = origin.spell(name);
            match nearest {
                Some(nearest) => format!("rename {name} to {nearest} ({origin}), or remove it"),
                None => format!("remove {name} ({origin}); docs/SETTINGS.md has all settings"),
            }
        }
        Error::Invalid {
            name,
            origin: Source::Default,
            ..
        }
        | Error::Missing { name, .. } => format!("set COACH_{}", name.to_uppercase()),
        Error::Invalid { name, origin, .. } => {
            format!("correct {}, which is set {origin}", origin.spell(name))
        }
        Error::NoIssuer { .. } => {
            "set COACH_AUTH_ISSUER=https://… and COACH_AUTH_AUDIENCE=…; COACH_AUTH_LOCAL=yes is for development".to_owned()
        }
        Error::Telemetry { name, .. } => format!("correct {name} in the environment"),
        Error::SecretFile { variable, .. } => {
            format!("have {variable} name a file that this user may read, with the value alone")
        }
        Error::NotText { name } => format!("write {name} in UTF-8"),
        _ => "correct the syntax of coach.toml".to_owned(),
    }
}
