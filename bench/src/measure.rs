//! Measures one run of load, with the CPU time and memory that the servers used.

use std::time::Duration;

use crate::{
    load::{Figures, Load},
    operation::Prepared,
    process,
    service::Service,
    statistics::float,
};

/// How long to wait after the load, so that requests in flight are finished.
const SETTLE_DELAY: Duration = Duration::from_millis(100);

/// The result of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub(crate) figures: Figures,
    server: Duration,
    postgres: Duration,
    /// The peak resident memory of the server, in bytes.
    pub(crate) peak: u64,
}

impl Measurement {
    /// The CPU time of the server for each request, in milliseconds.
    pub(crate) fn server_cpu(&self) -> f64 {
        self.per_request(self.server)
    }

    /// The CPU time of Postgres for each request, in milliseconds.
    pub(crate) fn postgres_cpu(&self) -> f64 {
        self.per_request(self.postgres)
    }

    fn per_request(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1_000.0 / float(self.figures.requests.max(1))
    }
}

/// Sends the requests of an operation to a server repeatedly, for a number of seconds.
pub(crate) async fn measure(
    service: &Service,
    postgres: u32,
    prepared: &Prepared,
    connections: u32,
    seconds: u32,
) -> anyhow::Result<Measurement> {
    service.truncate_log()?;
    process::reset_peak(service.pid());
    let before = (
        process::cpu(service.pid())?,
        process::cpu_with_children(postgres)?,
    );
    let url = service.url("/graphql");
    let load = Load {
        url: &url,
        requests: &prepared.file,
        connections,
        seconds,
    };
    let figures = load.drive().await?;
    tokio::time::sleep(SETTLE_DELAY).await;
    let server = process::cpu(service.pid())?.saturating_sub(before.0);
    let postgres = process::cpu_with_children(postgres)?.saturating_sub(before.1);
    Ok(Measurement {
        figures,
        server,
        postgres,
        peak: process::peak(service.pid())?,
    })
}
