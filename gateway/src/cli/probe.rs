//! `coach probe`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use reqwest::Url;

use super::Format;

pub(super) const AFTER_HELP: &str = "\
The probe is a member of its own: it refuses to run as anybody whose email address is not that of a test member. That is
an address with the tag +probe, such as ops+probe@example.com, or one that nobody can have, which ends with .example,
.test or .invalid. It has to be registered, with a subscription that does not end, and to follow a plan.

Journeys:
  today      sign in, and open Today
  workout    complete a workout, and take that back
  check-in   submit the check-in if it is due and --submit-check-in is given; otherwise it is skipped
  purchase   see the subscription, and have a purchase refused that there is not
  live       find the live stream, and the status file at its address; needs no token

Exit code:
  0  nothing failed; journeys may have been skipped, for a reason that is printed
  1  a journey failed, or the metrics could not be written
  2  the arguments, the settings or the token file are wrong

Examples:
  coach probe https://api.example.com --token-file /run/secrets/probe-token
  coach probe http://127.0.0.1:8080 --journey live --format json
  COACH_PROBE_TOKEN=$(coach token) coach probe http://127.0.0.1:8080      against `coach dev`
  coach probe https://api.example.com --token-file token --metrics /var/lib/node_exporter/textfile/coach_probe.prom";

#[derive(Clone, Debug, Args)]
pub(crate) struct Probe {
    /// The service, without /graphql: http://… or https://…
    #[arg(value_parser = url)]
    pub(crate) url: Url,
    /// Only this journey; may be given more than once
    #[arg(long = "journey", value_name = "NAME", value_enum)]
    pub(crate) journeys: Vec<Journey>,
    /// A file with the test member's bearer token; COACH_PROBE_TOKEN without
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// How many seconds each step of a journey may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub(crate) timeout: u64,
    /// Submit the check-in when it is due, which ends the test member's cycle and begins the next
    #[arg(long)]
    pub(crate) submit_check_in: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Also write them to this file in Prometheus's exposition format, for node_exporter's textfile collector
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Journey {
    /// Sign in, and open Today
    Today,
    /// Complete a workout, and take that back
    Workout,
    /// Submit the check-in
    CheckIn,
    /// See the subscription, and have a purchase refused
    Purchase,
    /// Find the live stream and its status file
    Live,
}

impl Journey {
    /// The name, as in the label `journey` of metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Workout => "workout",
            Self::CheckIn => "check-in",
            Self::Purchase => "purchase",
            Self::Live => "live",
        }
    }

    /// Whether it is one of a member.
    pub(crate) const fn needs_member(self) -> bool {
        !matches!(self, Self::Live)
    }
}

fn url(text: &str) -> Result<Url, String> {
    let expected = || "it must be an absolute http or https address".to_owned();
    let mut url = Url::parse(text).map_err(|_| expected())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(expected());
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err("it must have no `?`, `#` or `@`".to_owned());
    }
    if url.path().trim_end_matches('/').ends_with("/graphql") {
        return Err("it must be that of the gateway, without `/graphql`".to_owned());
    }
    // So that a path, as of a service behind an ingress, is kept when others are joined to it.
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}
