//! The implementations of the subcommands, and what they share.

mod actor;
pub(crate) mod catalogue;
pub(crate) mod config;
pub(crate) mod database;
#[cfg(feature = "dev")]
pub(crate) mod dev;
pub(crate) mod live;
pub(crate) mod queue;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod token;
pub(crate) mod webhook;
pub(crate) mod worker;

use std::io::{self, Write as _};

/// Prints to standard output. A reader that closes the pipe early, as in `coach schema print | head`, is not an error.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
