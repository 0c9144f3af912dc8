//! Latencies at a fixed rate, of the gateway and the best peers.

use tokio::task::spawn_blocking;

use super::race::Race;
use crate::{
    format::whole,
    load::{FixedRate, Latencies},
    log_progress,
    operation::Prepared,
    peers::BARE,
    report::table::Table,
    service::Service,
    statistics::milliseconds,
};

/// The rate as a part of the server's own throughput at full load.
const PART_OF_PEAK: f64 = 0.7;

/// The number of peers; those with the highest throughput.
const PEERS: usize = 2;

const WARM_UP: u32 = 2;
const SECONDS: u32 = 10;

/// Measures one after the other, and returns a table.
pub(super) async fn run(
    race: &Race,
    services: &[Service],
    prepared: &Prepared,
) -> anyhow::Result<String> {
    let mut table = Table::new(
        "at 70 % of its own peak | rate | kept | p50 ms | p99 ms | p99.9 ms | generator late, p99 ms | failed",
    );
    for service in best(race, services) {
        let peak = race.entrant(service.name);
        let peak = peak.map_or(0.0, |entrant| {
            entrant.median(|run| run.figures.throughput())
        });
        let rate = peak * PART_OF_PEAK;
        log_progress(&format!("{} at {} requests/s", service.name, whole(rate)));
        send(service, prepared, race.connections, rate, WARM_UP).await?;
        let latencies = send(service, prepared, race.connections, rate, SECONDS).await?;
        let time = |thousandths| {
            let time = latencies.per_mille(thousandths);
            format!("{:.2}", milliseconds(time))
        };
        let delay = milliseconds(latencies.delay_per_mille(990));
        table.row([
            service.name.to_owned(),
            whole(rate),
            format!("{:.1} %", 100.0 * latencies.rate() / rate),
            time(500),
            time(990),
            time(999),
            format!("{delay:.2}"),
            latencies.failed.to_string(),
        ]);
    }
    Ok(table.markdown())
}

/// The gateway and the best peers. The bare server is a part of the gateway.
fn best<'a>(race: &Race, services: &'a [Service]) -> Vec<&'a Service> {
    let mut peers: Vec<_> = race.entrants[1..]
        .iter()
        .filter(|entrant| entrant.name != BARE)
        .map(|entrant| {
            let throughput = entrant.median(|run| run.figures.throughput());
            (throughput, entrant.name)
        })
        .collect();
    peers.sort_by(|one, other| other.0.total_cmp(&one.0));
    let names = peers.iter().take(PEERS).map(|(_, name)| *name);
    let names: Vec<_> = [race.gateway().name].into_iter().chain(names).collect();
    let by_name = |name| services.iter().find(|service| service.name == name);
    names.into_iter().filter_map(by_name).collect()
}

async fn send(
    service: &Service,
    prepared: &Prepared,
    connections: u32,
    rate: f64,
    seconds: u32,
) -> anyhow::Result<Latencies> {
    let address = service.address;
    let requests = prepared.requests.iter();
    let requests: Vec<_> = requests.map(|it| it.http(address, "/graphql")).collect();
    let latencies = spawn_blocking(move || {
        let load = FixedRate {
            address,
            requests: &requests,
            connections,
            rate,
            seconds,
        };
        load.send()
    });
    Ok(latencies.await?)
}
