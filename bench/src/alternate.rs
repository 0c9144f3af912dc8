//! Two servers over the same database, measured in turn: whatever else the machine does hits both alike.

use crate::{
    cli::PairOptions,
    measure::{Measurement, measure},
    operation::Prepared,
    report::{ratio, table::Table, whole},
    say,
    service::Service,
    statistics::Spread,
};

/// Before the first pair, each server for so many seconds.
const WARM_UP: u32 = 2;

/// One run of each server, right after each other.
#[derive(Clone, Copy, Debug)]
struct Pair {
    one: Measurement,
    other: Measurement,
}

/// All pairs, and what the servers are called.
pub(crate) struct Comparison {
    names: [&'static str; 2],
    pairs: Vec<Pair>,
    /// Requests that the second server answered, the warm-up included.
    pub(crate) answered_by_other: u64,
}

impl Comparison {
    /// Measures `one` and `other` in turn: one, other, other, one, and so on.
    pub(crate) async fn make(
        [one, other]: [&Service; 2],
        postgres: u32,
        prepared: &Prepared,
        options: PairOptions,
    ) -> anyhow::Result<Self> {
        let run = async |service: &Service, seconds| {
            measure(service, postgres, prepared, options.connections, seconds).await
        };
        run(one, WARM_UP).await?;
        let mut answered_by_other = run(other, WARM_UP).await?.figures.requests;
        let mut pairs = Vec::new();
        for number in 0..options.pairs {
            let pair = if number % 2 == 0 {
                let one = run(one, options.seconds).await?;
                let other = run(other, options.seconds).await?;
                Pair { one, other }
            } else {
                let other = run(other, options.seconds).await?;
                let one = run(one, options.seconds).await?;
                Pair { one, other }
            };
            say(&format!(
                "  pair {} of {}: throughput {}",
                number + 1,
                options.pairs,
                ratio(pair.throughput())
            ));
            answered_by_other += pair.other.figures.requests;
            pairs.push(pair);
        }
        let names = [one.name, other.name];
        Ok(Self {
            names,
            pairs,
            answered_by_other,
        })
    }

    /// The other's throughput in the first one's.
    pub(crate) fn throughput(&self) -> Option<Spread> {
        Spread::of(self.pairs.iter().map(Pair::throughput))
    }

    /// The other's processor time for a request in the first one's.
    pub(crate) fn cpu(&self) -> Option<Spread> {
        Spread::of(self.pairs.iter().map(Pair::cpu))
    }

    /// Requests that failed.
    pub(crate) fn failed(&self) -> u64 {
        let failed = |pair: &Pair| pair.one.figures.failed + pair.other.figures.failed;
        self.pairs.iter().map(failed).sum()
    }

    /// A row for each pair.
    pub(crate) fn table(&self) -> String {
        let [one, other] = self.names;
        let mut table = Table::new([
            "pair".to_owned(),
            "first".to_owned(),
            format!("{one}, req/s"),
            format!("{other}, req/s"),
            "throughput".to_owned(),
            format!("{one}, CPU ms"),
            format!("{other}, CPU ms"),
            "CPU".to_owned(),
        ]);
        for (number, pair) in self.pairs.iter().enumerate() {
            table.row([
                (number + 1).to_string(),
                self.names[number % 2].to_owned(),
                whole(pair.one.figures.throughput()),
                whole(pair.other.figures.throughput()),
                ratio(pair.throughput()),
                ratio(pair.one.server_cpu()),
                ratio(pair.other.server_cpu()),
                ratio(pair.cpu()),
            ]);
        }
        table.markdown()
    }
}

impl Pair {
    fn throughput(&self) -> f64 {
        self.other.figures.throughput() / self.one.figures.throughput()
    }

    fn cpu(&self) -> f64 {
        self.other.server_cpu() / self.one.server_cpu()
    }
}
