//! Compares two servers over the same database, measured alternately, so that other load on the machine affects both.

use crate::{
    cli::PairOptions,
    format::{ratio, whole},
    log_progress,
    measure::{Measurement, measure},
    operation::Prepared,
    report::table::Table,
    service::Service,
    statistics::Spread,
};

/// The warm-up of each server before the first pair, in seconds.
const WARM_UP: u32 = 2;

/// One run of each server, immediately after each other.
#[derive(Clone, Copy, Debug)]
struct Pair {
    first: Measurement,
    second: Measurement,
}

/// The results of all pairs, with the names of the servers.
pub(crate) struct Comparison {
    names: [&'static str; 2],
    pairs: Vec<Pair>,
    /// The number of requests that the second server answered, including the warm-up.
    pub(crate) answered_by_second: u64,
}

impl Comparison {
    /// Measures both servers alternately: first, second, second, first, and so on.
    pub(crate) async fn run(
        [first, second]: [&Service; 2],
        postgres: u32,
        prepared: &Prepared,
        options: PairOptions,
    ) -> anyhow::Result<Self> {
        let run = async |service: &Service, seconds| {
            measure(service, postgres, prepared, options.connections, seconds).await
        };
        run(first, WARM_UP).await?;
        let mut answered_by_second = run(second, WARM_UP).await?.figures.requests;
        let mut pairs = Vec::new();
        for number in 0..options.pairs {
            let pair = if number % 2 == 0 {
                let first = run(first, options.seconds).await?;
                let second = run(second, options.seconds).await?;
                Pair { first, second }
            } else {
                let second = run(second, options.seconds).await?;
                let first = run(first, options.seconds).await?;
                Pair { first, second }
            };
            log_progress(&format!(
                "  pair {} of {}: throughput {}",
                number + 1,
                options.pairs,
                ratio(pair.throughput())
            ));
            answered_by_second += pair.second.figures.requests;
            pairs.push(pair);
        }
        let names = [first.name, second.name];
        Ok(Self {
            names,
            pairs,
            answered_by_second,
        })
    }

    /// The ratio of the throughputs, second to first.
    pub(crate) fn throughput(&self) -> Option<Spread> {
        Spread::of(self.pairs.iter().map(Pair::throughput))
    }

    /// The ratio of the CPU times of a request, second to first.
    pub(crate) fn cpu(&self) -> Option<Spread> {
        Spread::of(self.pairs.iter().map(Pair::cpu))
    }

    /// The number of requests that failed.
    pub(crate) fn failed(&self) -> u64 {
        let failed = |pair: &Pair| pair.first.figures.failed + pair.second.figures.failed;
        self.pairs.iter().map(failed).sum()
    }

    /// A row for each pair.
    pub(crate) fn table(&self) -> String {
        let [first, second] = self.names;
        let mut table = Table::new([
            "pair".to_owned(),
            "first".to_owned(),
            format!("{first}, req/s"),
            format!("{second}, req/s"),
            "throughput".to_owned(),
            format!("{first}, CPU ms"),
            format!("{second}, CPU ms"),
            "CPU".to_owned(),
        ]);
        for (number, pair) in self.pairs.iter().enumerate() {
            table.row([
                (number + 1).to_string(),
                self.names[number % 2].to_owned(),
                whole(pair.first.figures.throughput()),
                whole(pair.second.figures.throughput()),
                ratio(pair.throughput()),
                ratio(pair.first.server_cpu()),
                ratio(pair.second.server_cpu()),
                ratio(pair.cpu()),
            ]);
        }
        table.markdown()
    }
}

impl Pair {
    fn throughput(&self) -> f64 {
        self.second.figures.throughput() / self.first.figures.throughput()
    }

    fn cpu(&self) -> f64 {
        self.second.server_cpu() / self.first.server_cpu()
    }
}
