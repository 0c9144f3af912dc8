//! `coach-bench memory`: what stays in memory.

use super::{Scene, Verdict};
use crate::{
    cli::Common,
    gateway,
    measure::measure,
    process,
    report::{count, megabytes, table::Table},
    say,
    statistics::float,
};

const VERB: &str = "memory";

const REQUESTS: u64 = 100_000;
const CONNECTIONS: u32 = 64;
/// Megabytes of 1,000,000 bytes.
const LIMIT: u64 = 80_000_000;

/// wrk knows only durations: the first run tells how long the others have to be.
const FIRST: u32 = 5;
const LONGEST: f64 = 60.0;

/// Sends Today to a gateway that has answered nothing yet.
pub(super) async fn run(common: &Common) -> anyhow::Result<Verdict> {
    let scene = Scene::set(VERB, common).await?;
    let prepared = scene.prepare_today().await?;
    let gateway = gateway::start("gateway", &scene.stage, &[]).await?;
    let (pid, before) = (gateway.pid(), process::resident(gateway.pid())?);
    let (mut sent, mut failed, mut peak, mut seconds) = (0, 0, before, FIRST);
    while sent < REQUESTS {
        let postgres = scene.stage.postgres;
        let run = measure(&gateway, postgres, &prepared, CONNECTIONS, seconds).await?;
        sent += run.figures.requests;
        failed += run.figures.failed;
        // Each run forgets the peak of the one before.
        peak = peak.max(run.peak);
        say(&format!(
            "  {} requests: {} MB",
            count(sent),
            megabytes(process::resident(pid)?)
        ));
        let missing = float(REQUESTS.saturating_sub(sent)) / run.figures.throughput();
        seconds = whole_seconds(missing);
    }
    let after = process::resident(pid)?;
    let verdict = Verdict::of(after < LIMIT && failed == 0);
    let mut table = Table::new(["resident", "MB"]);
    for (moment, bytes) in [
        ("before the first request", before),
        ("after the last", after),
        ("at most in between", peak),
    ] {
        table.row([moment.to_owned(), megabytes(bytes)]);
    }
    let body = format!(
        "{} Today requests at {CONNECTIONS} connections, {failed} failed.\n\n{}\nBelow {} MB after 100,000: {}.\n",
        count(sent),
        table.markdown(),
        megabytes(LIMIT),
        verdict.word()
    );
    scene.publish(common, &body)?;
    Ok(verdict)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is clamped to what fits"
)]
fn whole_seconds(seconds: f64) -> u32 {
    seconds.ceil().clamp(1.0, LONGEST) as u32
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
