//! One run of load, and what the server used in the meantime.

use std::time::Duration;

use crate::{
    load::{Figures, Load},
    operation::Prepared,
    process,
    service::Service,
    statistics::float,
};

/// What was still under way when the load ended gets finished.
const SETTLE: Duration = Duration::from_millis(100);

/// How a run went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub(crate) figures: Figures,
    server: Duration,
    postgres: Duration,
    /// The most bytes that the server had in memory.
    pub(crate) peak: u64,
}

impl Measurement {
    /// Milliseconds of the server's processor time for each request.
    pub(crate) fn server_cpu(&self) -> f64 {
        self.for_each(self.server)
    }

    /// The same of Postgres.
    pub(crate) fn postgres_cpu(&self) -> f64 {
        self.for_each(self.postgres)
    }

    fn for_each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1_000.0 / float(self.figures.requests.max(1))
    }
}

/// Sends an operation's requests to a server, over and over.
pub(crate) async fn measure(
    service: &Service,
    postgres: u32,
    prepared: &Prepared,
    connections: u32,
    seconds: u32,
) -> anyhow::Result<Measurement> {
    service.empty_log()?;
    process::forget_peak(service.pid());
    let used = (
        process::cpu(service.pid())?,
        process::cpu_of_family(postgres)?,
    );
    let url = service.url("/graphql");
    let load = Load {
        url: &url,
        requests: &prepared.file,
        connections,
        seconds,
    };
    let figures = load.drive().await?;
    tokio::time::sleep(SETTLE).await;
    let server = process::cpu(service.pid())?.saturating_sub(used.0);
    let postgres = process::cpu_of_family(postgres)?.saturating_sub(used.1);
    Ok(Measurement {
        figures,
        server,
        postgres,
        peak: process::peak(service.pid())?,
    })
}
