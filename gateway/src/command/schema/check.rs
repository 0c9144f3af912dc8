//! `coach schema check`.

use std::{
    borrow::Cow,
    fs,
    io::{self, Read as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, anyhow, ensure};
use coach_resolvers::SDL;
use coach_schema::change::{Change, Criticality, changes};
use serde::Serialize;

use crate::{cli::Format, command};

const STANDARD_INPUT: &str = "-";

/// Prints the changes, and returns a failure if one is breaking. An error means that a schema cannot be read.
pub(super) fn run(old: &Path, new: Option<&Path>, format: Format) -> anyhow::Result<ExitCode> {
    let both = [Some(old), new];
    ensure!(
        both != [Some(Path::new(STANDARD_INPUT)); 2],
        "only one of the two schemas can come from standard input"
    );
    let [old, new] = both.map(|path| match path {
        Some(path) => read(path).map(|text| (name(path), text)),
        None => Ok((Cow::from("the schema of this program"), SDL.to_owned())),
    });
    let parse = |(name, text): (Cow<'_, str>, String)| {
        coach_schema::parse(text, name.as_ref())
            .map_err(|error| anyhow!("{name} is not a valid schema\n{error}"))
    };
    let found = changes(&parse(old?)?, &parse(new?)?);
    let count = |criticality| {
        let criticalities = found.iter().map(|change| change.kind.criticality());
        criticalities.filter(|each| *each == criticality).count()
    };
    let breaking = count(Criticality::Breaking);
    let dangerous = count(Criticality::Dangerous);
    command::print(&match format {
        Format::Text => {
            let lines: String = found.iter().map(|change| format!("{change}\n")).collect();
            format!("{lines}breaking: {breaking}, dangerous: {dangerous}\n")
        }
        Format::Json => {
            let report = Report {
                breaking,
                dangerous,
                changes: found.iter().map(Entry::from).collect(),
            };
            serde_json::to_string_pretty(&report)? + "\n"
        }
    })?;
    Ok(match breaking {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// The output of `--format json`. Fields may be added, but never removed.
#[derive(Serialize)]
struct Report<'a> {
    breaking: usize,
    dangerous: usize,
    changes: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    criticality: &'static str,
    kind: &'static str,
    coordinate: String,
    message: &'a str,
}

impl<'a> From<&'a Change> for Entry<'a> {
    fn from(change: &'a Change) -> Self {
        Self {
            criticality: change.kind.criticality().name(),
            kind: change.kind.name(),
            coordinate: change.coordinate.to_string(),
            message: &change.message,
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = if path == Path::new(STANDARD_INPUT) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let name = name(path);
    let bytes = bytes.with_context(|| format!("{name} cannot be read"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let valid = String::from_utf8_lossy(valid);
        let (line, last) = (valid.split('\n').count(), valid.rsplit('\n').next());
        let column = last.unwrap_or_default().chars().count() + 1;
        anyhow!("{name}:{line}:{column}: this is not text in UTF-8")
    })?;
    // A failed `curl … |` produces an empty input.
    ensure!(!text.trim().is_empty(), "{name} is empty");
    ensure!(
        !text.trim_start().starts_with('{'),
        "{name} is JSON; the schema is wanted in SDL, as `coach schema print` or GET /schema.graphql gives it"
    );
    Ok(text)
}

fn name(path: &Path) -> Cow<'_, str> {
    if path == Path::new(STANDARD_INPUT) {
        Cow::from("<stdin>")
    } else {
        path.to_string_lossy()
    }
}
