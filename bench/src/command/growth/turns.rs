//! Runs in turn, so that other load on the machine affects all alike, and their medians.

use crate::{
    cli::GrowthOptions,
    format::{ratio, whole},
    log_progress,
    measure::{Installation, Measurement},
    operation::Prepared,
    statistics::Spread,
};

/// The warm-up of each, in seconds.
const WARM_UP: u32 = 1;

/// The heads of [`Medians::cells`].
pub(super) const HEADS: &str =
    "requests/s | p50 ms | p99 ms | SQL/request | gateway CPU ms | Postgres CPU ms | failed";

/// One of what is compared.
pub(super) struct Case<'a> {
    /// The first cells of its row.
    pub(super) labels: Vec<String>,
    pub(super) installation: Installation<'a>,
    pub(super) prepared: &'a Prepared,
    /// SQL statements per request.
    pub(super) statements: Option<f64>,
}

/// The medians of all rounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Medians {
    throughput: f64,
    pub(super) p50: f64,
    p99: f64,
    server_cpu: f64,
    postgres_cpu: f64,
    pub(super) standby_cpu: f64,
    /// The most of all rounds, in bytes.
    pub(super) peak: u64,
    /// The sum of all rounds.
    pub(super) failed: u64,
}

/// Measures all cases with this number of connections. The results are in the order of the cases.
pub(super) async fn measure(
    cases: &[Case<'_>],
    connections: u32,
    options: &GrowthOptions,
) -> anyhow::Result<Vec<Medians>> {
    for case in cases {
        let load = case.prepared.load(connections);
        case.installation.measure(load, WARM_UP).await?;
    }
    let mut runs = vec![Vec::new(); cases.len()];
    for round in 0..options.rounds as usize {
        for turn in 0..cases.len() {
            // Each round begins with another.
            let index = (round + turn) % cases.len();
            let load = cases[index].prepared.load(connections);
            let run = cases[index].installation.measure(load, options.seconds);
            runs[index].push(run.await?);
        }
    }
    let mut all = Vec::new();
    for (case, runs) in cases.iter().zip(&runs) {
        let medians = Medians::of(runs)?;
        log_progress(&format!(
            "  {}, {connections} connections: {} requests/s, p50 {:.2} ms",
            case.labels.join(", "),
            whole(medians.throughput),
            medians.p50
        ));
        all.push(medians);
    }
    Ok(all)
}

impl Medians {
    fn of(runs: &[Measurement]) -> anyhow::Result<Self> {
        let median = |of: fn(&Measurement) -> f64| {
            let spread = Spread::of(runs.iter().map(of));
            spread.map(|spread| spread.median)
        };
        Ok(Self {
            throughput: median(|run| run.figures.throughput())?,
            p50: median(|run| run.figures.p50())?,
            p99: median(|run| run.figures.p99())?,
            server_cpu: median(|run| run.server_cpu)?,
            postgres_cpu: median(|run| run.postgres_cpu)?,
            standby_cpu: median(|run| run.standby_cpu)?,
            peak: runs.iter().map(|run| run.peak).max().unwrap_or_default(),
            failed: runs.iter().map(|run| run.figures.failed).sum(),
        })
    }

    /// The cells of a row below [`HEADS`].
    pub(super) fn cells(&self, statements: Option<f64>) -> Vec<String> {
        vec![
            whole(self.throughput),
            format!("{:.2}", self.p50),
            format!("{:.2}", self.p99),
            statements.map_or_else(|| "–".to_owned(), |it| format!("{it:.2}")),
            ratio(self.server_cpu),
            ratio(self.postgres_cpu),
            self.failed.to_string(),
        ]
    }
}
