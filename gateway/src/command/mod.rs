//! The implementations of the subcommands, and what they share.

mod actor;
pub(crate) mod catalogue;
pub(crate) mod config;
pub(crate) mod database;
#[cfg(feature = "dev")]
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod health;
pub(crate) mod live;
pub(crate) mod probe;
pub(crate) mod queue;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod token;
pub(crate) mod trace;
pub(crate) mod webhook;
pub(crate) mod worker;

use std::{
    fmt,
    io::{self, Write as _},
};

use chrono::{DateTime, SecondsFormat, Utc};

/// A time in RFC 3339, in UTC and whole seconds.
fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The name of an enum's variant in lowercase.
fn lowercase(variant: impl fmt::Debug) -> String {
    format!("{variant:?}").to_lowercase()
}

/// Prints to standard output. A reader that closes the pipe early, as in `coach schema print | head`, is not an error.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
