//! Compares two servers, measured alternately, so that other load on the machine affects both.

use crate::{
    cli::PairOptions,
    format::{ratio, whole},
    load::Load,
    log_progress,
    measure::measure,
    report::table::Table,
    service::Service,
    statistics::Spread,
};

/// The warm-up of each server before the first pair, in seconds.
const WARM_UP: u32 = 2;

/// The results of all pairs.
pub(crate) struct Comparison {
    /// A table with a row for each pair.
    pub(crate) table: String,
    /// The ratio of the throughputs, second to first.
    pub(crate) throughput: Spread,
    /// The ratio of the CPU times of a request, second to first.
    pub(crate) cpu: Spread,
    /// The number of requests that failed.
    pub(crate) failed: u64,
    /// The number of requests that the second server answered, including the warm-up.
    pub(crate) answered_by_second: u64,
}

impl Comparison {
    /// Measures both servers alternately: first, second, second, first, and so on.
    pub(crate) async fn run(
        servers: [&Service; 2],
        postgres: u32,
        load: Load<'_>,
        options: PairOptions,
    ) -> anyhow::Result<Self> {
        let names = servers.map(|server| server.name);
        let mut table = Table::new(&format!(
            "pair | first | {0}, req/s | {1}, req/s | throughput | {0}, CPU ms | {1}, CPU ms | CPU",
            names[0], names[1]
        ));
        measure(servers[0], postgres, load, WARM_UP).await?;
        let warm_up = measure(servers[1], postgres, load, WARM_UP).await?;
        let mut answered_by_second = warm_up.figures.requests;
        let (mut throughputs, mut cpu_times, mut failed) = (Vec::new(), Vec::new(), 0);
        for pair in 0..options.pairs {
            let leading = (pair % 2) as usize;
            let runs = [
                measure(servers[leading], postgres, load, options.seconds).await?,
                measure(servers[1 - leading], postgres, load, options.seconds).await?,
            ];
            let (first, second) = (runs[leading], runs[1 - leading]);
            let throughput = second.figures.throughput() / first.figures.throughput();
            let cpu = second.server_cpu / first.server_cpu;
            table.row([
                (pair + 1).to_string(),
                names[leading].to_owned(),
                whole(first.figures.throughput()),
                whole(second.figures.throughput()),
                ratio(throughput),
                format!("{:.4}", first.server_cpu),
                format!("{:.4}", second.server_cpu),
                ratio(cpu),
            ]);
            log_progress(&format!(
                "  pair {} of {}: throughput {}",
                pair + 1,
                options.pairs,
                ratio(throughput)
            ));
            throughputs.push(throughput);
            cpu_times.push(cpu);
            failed += first.figures.failed + second.figures.failed;
            answered_by_second += second.figures.requests;
        }
        Ok(Self {
            table: table.markdown(),
            throughput: Spread::of(throughputs)?,
            cpu: Spread::of(cpu_times)?,
            failed,
            answered_by_second,
        })
    }
}
