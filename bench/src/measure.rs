//! Measures one run of load, with the CPU time and memory that the servers used.

use std::time::Duration;

use crate::{
    load::{Figures, Load},
    process,
    service::Service,
    statistics::{float, milliseconds},
};

/// How long to wait after the load, so that requests in flight are finished.
const SETTLE_DELAY: Duration = Duration::from_millis(100);

/// The result of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub(crate) figures: Figures,
    /// The CPU time of the server and its children for each request, in milliseconds.
    pub(crate) server_cpu: f64,
    /// The CPU time of Postgres for each request, in milliseconds.
    pub(crate) postgres_cpu: f64,
    /// The peak resident memory of the server, in bytes.
    pub(crate) peak: u64,
}

/// Sends requests to a server repeatedly, for a number of seconds.
pub(crate) async fn measure(
    service: &Service,
    postgres: u32,
    load: Load<'_>,
    seconds: u32,
) -> anyhow::Result<Measurement> {
    service.truncate_log()?;
    process::reset_peak(service.pid());
    let server_before = process::cpu_with_children(service.pid())?;
    let postgres_before = process::cpu_with_children(postgres)?;
    let figures = load.send(service, seconds).await?;
    tokio::time::sleep(SETTLE_DELAY).await;
    let per_request = |pid, before| {
        let time = process::cpu_with_children(pid)?.saturating_sub(before);
        anyhow::Ok(milliseconds(time) / float(figures.requests.max(1)))
    };
    Ok(Measurement {
        figures,
        server_cpu: per_request(service.pid(), server_before)?,
        postgres_cpu: per_request(postgres, postgres_before)?,
        peak: process::peak(service.pid())?,
    })
}
