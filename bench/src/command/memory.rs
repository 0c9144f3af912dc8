//! `coach-bench memory`: measures how soon a gateway answers, and its resident memory after many requests.

use std::time::{Duration, Instant};

use super::Setup;
use crate::{
    cli::Common,
    format::{count, kept_or_broken, megabytes},
    gateway, log_progress,
    measure::measure,
    process,
    report::table::Table,
    statistics::float,
};

const VERB: &str = "memory";

const REQUESTS: u64 = 100_000;
const CONNECTIONS: u32 = 256;
/// The limit of the resident memory in bytes.
const MAX_RESIDENT: u64 = 80_000_000;

/// The limit of the time from the start of the process to the answer to its first request.
const MAX_START: Duration = Duration::from_millis(300);

/// wrk runs for a duration, not for a number of requests, so the duration of later runs is derived from the first.
const FIRST_RUN_SECONDS: u32 = 5;
const MAX_RUN_SECONDS: f64 = 60.0;

/// Sends Today to a gateway that was just started.
pub(super) async fn run(common: &Common) -> anyhow::Result<bool> {
    let setup = Setup::new(VERB, common).await?;
    let prepared = setup.prepare_today().await?;
    let client = reqwest::Client::new();
    let started = Instant::now();
    let gateway = gateway::start("gateway", "serve", &setup.environment, &[]).await?;
    let first = &prepared.requests[0];
    first
        .send(&client, &gateway.url("/graphql"), false)
        .await?
        .bytes()
        .await?;
    let start = started.elapsed();
    let (pid, before) = (gateway.pid(), process::resident(gateway.pid())?);
    let (mut sent, mut failed, mut peak, mut seconds) = (0, 0, before, FIRST_RUN_SECONDS);
    while sent < REQUESTS {
        let load = prepared.load(CONNECTIONS);
        let run = measure(&gateway, setup.environment.postgres, load, seconds).await?;
        sent += run.figures.requests;
        failed += run.figures.failed;
        // Each run resets the peak.
        peak = peak.max(run.peak);
        log_progress(&format!(
            "  {} requests: {} MB",
            count(sent),
            megabytes(process::resident(pid)?)
        ));
        let missing = float(REQUESTS.saturating_sub(sent)) / run.figures.throughput();
        seconds = whole_seconds(missing);
    }
    let after = process::resident(pid)?;
    let is_small = after < MAX_RESIDENT && failed == 0;
    let is_fast = start < MAX_START;
    let mut table = Table::new("resident | MB");
    for (moment, bytes) in [
        ("after the first request", before),
        ("after the last", after),
        ("at most in between", peak),
    ] {
        table.row([moment.to_owned(), megabytes(bytes)]);
    }
    let body = format!(
        "{} Today requests at {CONNECTIONS} connections, {failed} failed.\n\n{}\nBelow {} MB after 100,000: {}.\n\n\
         The first request, a Today, was answered {} ms after the start of the process. Within {} ms: {}.\n",
        count(sent),
        table.markdown(),
        megabytes(MAX_RESIDENT),
        kept_or_broken(is_small),
        start.as_millis(),
        MAX_START.as_millis(),
        kept_or_broken(is_fast)
    );
    setup.heading.publish(&body)?;
    Ok(is_small && is_fast)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped"
)]
fn whole_seconds(seconds: f64) -> u32 {
    seconds.ceil().clamp(1.0, MAX_RUN_SECONDS) as u32
}

#[cfg(test)]
mod tests {
    use super::whole_seconds;

    #[test]
    fn runs_are_neither_empty_nor_endless() {
        let of = |seconds| whole_seconds(seconds);
        assert_eq!(
            [of(0.0), of(2.1), of(1e9), of(f64::INFINITY)],
            [1, 3, 60, 60]
        );
    }
}
