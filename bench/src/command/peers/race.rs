//! Measures servers alternately.

use crate::{
    cli::PeersOptions,
    format::whole,
    load::Load,
    log_progress,
    measure::{Measurement, measure},
    pgbench::{Limit, Pgbench},
    service::Service,
    statistics::Spread,
};

/// The results of all rounds.
pub(super) struct Race {
    pub(super) connections: u32,
    pub(super) entrants: Vec<Entrant>,
    pub(super) limits: Vec<(&'static str, Vec<Limit>)>,
}

/// A server, with its measurement of each round.
pub(super) struct Entrant {
    pub(super) name: &'static str,
    pub(super) runs: Vec<Measurement>,
}

impl Race {
    /// Each server has one run in each round; in the next round another one begins. Before the first, each has a warm-up of so
    /// many seconds.
    pub(super) async fn run(
        services: &[Service],
        pgbenches: &[Pgbench],
        postgres: u32,
        load: Load<'_>,
        warm_up: u32,
        options: &PeersOptions,
    ) -> anyhow::Result<Self> {
        let connections = load.connections;
        let mut entrants: Vec<_> = services
            .iter()
            .map(|service| Entrant {
                name: service.name,
                runs: Vec::new(),
            })
            .collect();
        let mut limits: Vec<_> = pgbenches.iter().map(|it| (it.name, Vec::new())).collect();
        for service in services {
            measure(service, postgres, load, warm_up).await?;
        }
        for round in 0..options.rounds {
            log_progress(&format!(
                "round {} of {} at {connections} connections",
                round + 1,
                options.rounds
            ));
            for turn in 0..services.len() {
                let index = (turn + round as usize) % services.len();
                let run = measure(&services[index], postgres, load, options.seconds).await?;
                let throughput = whole(run.figures.throughput());
                log_progress(&format!(
                    "  {}: {throughput} requests/s",
                    services[index].name
                ));
                entrants[index].runs.push(run);
            }
            for (pgbench, (name, runs)) in pgbenches.iter().zip(&mut limits) {
                let limit = pgbench.run(postgres, options.seconds).await?;
                log_progress(&format!("  {name}: {} a second", whole(limit.throughput)));
                runs.push(limit);
            }
        }
        Ok(Self {
            connections,
            entrants,
            limits,
        })
    }

    /// The entrant with this name, if it was among those selected.
    pub(super) fn entrant(&self, name: &str) -> Option<&Entrant> {
        self.entrants.iter().find(|entrant| entrant.name == name)
    }

    /// Our gateway.
    pub(super) fn gateway(&self) -> &Entrant {
        &self.entrants[0]
    }

    /// Requests that failed.
    pub(super) fn failed(&self) -> u64 {
        let runs = self.entrants.iter().flat_map(|entrant| &entrant.runs);
        runs.map(|run| run.figures.failed).sum()
    }
}

impl Entrant {
    /// The median of a figure.
    pub(super) fn median(&self, figure: impl Fn(&Measurement) -> f64) -> f64 {
        spread(self.runs.iter().map(figure)).median
    }

    /// The ratio of this figure to that of another one in the same round.
    pub(super) fn ratio(&self, other: &Self, figure: impl Fn(&Measurement) -> f64) -> Spread {
        let pairs = self.runs.iter().zip(&other.runs);
        spread(pairs.map(|(this, that)| figure(this) / figure(that)))
    }
}

/// The spread of the values of all rounds, of which there is at least one.
pub(super) fn spread(values: impl IntoIterator<Item = f64>) -> Spread {
    Spread::of(values).unwrap_or(Spread {
        min: f64::NAN,
        lower_quartile: f64::NAN,
        median: f64::NAN,
        upper_quartile: f64::NAN,
        max: f64::NAN,
    })
}
