//! `coach probe`: the key journeys, as a test member, against a running service.

mod check_in;
mod client;
mod live;
mod member;
mod metrics;
mod purchase;
mod report;
mod today;
mod workout;

use std::{
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use clap::ValueEnum as _;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::settings::{Settings, Sources};
use tokio::runtime::Runtime;

use self::{
    client::Client,
    member::TestMember,
    report::{Finding, JourneyReport, Report},
};
use crate::cli::{self, Journey};

/// The exit code when nothing was probed. The same as clap's for invalid arguments.
const EXIT_USAGE: u8 = 2;

/// What a journey did, or why it failed: what happened, and what mends it.
type JourneyResult = Result<Finding, String>;

/// Goes through the journeys, prints their results, and writes the metrics.
pub(crate) fn run(options: &cli::Probe) -> ExitCode {
    let prepared = prepare(options);
    let (runtime, client) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            eprintln!("coach: {error:#}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let report = runtime.block_on(probe(options, client));
    match publish(options, &report) {
        Ok(()) if report.has_failed() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("coach: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn prepare(options: &cli::Probe) -> anyhow::Result<(Runtime, Client)> {
    let needs_member = journeys(options)
        .iter()
        .any(|journey| journey.needs_member());
    let token = if needs_member {
        Some(token(options)?)
    } else {
        None
    };
    let client = Client::new(&options.url, token, Duration::from_secs(options.timeout))?;
    Ok((Runtime::new()?, client))
}

/// The bearer token of the test member.
fn token(options: &cli::Probe) -> anyhow::Result<String> {
    let token = match &options.token_file {
        Some(file) => {
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?
        }
        None => match Settings::load(&Sources::of_process(false)?)?.probe_token {
            Some(token) => token,
            None => bail!(
                "a token of the test member is needed: --token-file FILE or COACH_PROBE_TOKEN; `--journey live` needs none"
            ),
        },
    };
    let token = token.trim();
    let is_valid = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    ensure!(
        is_valid,
        "the token of the test member is no bearer token: it is empty, or has spaces"
    );
    Ok(token.to_owned())
}

/// The chosen journeys, or all of them.
fn journeys(options: &cli::Probe) -> Vec<Journey> {
    let all = Journey::value_variants().iter().copied();
    let is_chosen =
        |journey: &Journey| options.journeys.is_empty() || options.journeys.contains(journey);
    all.filter(is_chosen).collect()
}

async fn probe(options: &cli::Probe, client: Client) -> Report {
    let member = TestMember::new(&client);
    let started_at = SystemClock.now();
    let mut results = Vec::new();
    for journey in journeys(options) {
        let begun = Instant::now();
        let result = match journey {
            Journey::Today => today::run(&client, &member).await,
            Journey::Workout => workout::run(&client, &member).await,
            Journey::CheckIn => check_in::run(&client, &member, options.submit_check_in).await,
            Journey::Purchase => purchase::run(&client, &member).await,
            Journey::Live => live::run(&client).await,
        };
        results.push(JourneyReport {
            journey,
            duration: begun.elapsed(),
            result,
        });
    }
    Report {
        url: options.url.clone(),
        started_at,
        ended_at: SystemClock.now(),
        journeys: results,
    }
}

fn publish(options: &cli::Probe, report: &Report) -> anyhow::Result<()> {
    let text = match options.format {
        cli::Format::Text => report.as_text(),
        cli::Format::Json => report.as_json()?,
    };
    super::print(&text)?;
    if let Some(file) = &options.metrics {
        metrics::write(file, report).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}
