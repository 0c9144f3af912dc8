//! `coach trace`.

use clap::Args;

use super::Format;

pub(super) const AFTER_HELP: &str = "\
The id is that of the header x-request-id of the answer, of internal errors (`requestId`) and of the log
(`http.request.id`). Requests are kept for 24 hours if they took at least as long as COACH_SLOW_REQUEST says (500 ms by
default), or had an error of the server's; of very many in a minute, some. They come a second or two after the answer.
Parameters of statements are not kept.

The database is COACH_DATABASE_URL (or DATABASE_URL); without one, that of the `coach dev` that runs with this
COACH_HOME.

Examples:
  coach trace                               the slow and failed requests of the last hour, slowest first
  coach trace 0195a9c6-2e00-7c3a-8b1d-5e4f60718293
                                            what that one did, with a bar for each statement and batch
  coach trace 0195a9c6-2e00-7c3a-8b1d-5e4f60718293 --format json";

#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// The request's id; without it, the slow and failed requests of the last hour are listed
    #[arg(value_name = "REQUEST_ID")]
    pub(crate) request_id: Option<String>,
    /// The most of the list
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000), conflicts_with = "request_id")]
    pub(crate) limit: u32,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
