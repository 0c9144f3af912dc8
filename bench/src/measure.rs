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
    /// The CPU time of the gateways and their children for each request, in milliseconds.
    pub(crate) server_cpu: f64,
    /// The CPU time of Postgres for each request, in milliseconds.
    pub(crate) postgres_cpu: f64,
    /// That of its standby; zero if there is none.
    pub(crate) standby_cpu: f64,
    /// The peak resident memory of the first gateway, in bytes.
    pub(crate) peak: u64,
}

/// The servers that a request passes through.
#[derive(Clone)]
pub(crate) struct Installation<'a> {
    /// Where requests are sent: the gateway, or what is in front of several.
    pub(crate) entry: &'a Service,
    pub(crate) gateways: Vec<&'a Service>,
    /// The process of Postgres.
    pub(crate) postgres: u32,
    /// The process of its standby, if there is one.
    pub(crate) standby: Option<u32>,
}

impl<'a> Installation<'a> {
    /// One gateway.
    pub(crate) fn single(gateway: &'a Service, postgres: u32) -> Self {
        Self {
            entry: gateway,
            gateways: vec![gateway],
            postgres,
            standby: None,
        }
    }

    /// Sends requests repeatedly, for a number of seconds.
    pub(crate) async fn measure(
        &self,
        load: Load<'_>,
        seconds: u32,
    ) -> anyhow::Result<Measurement> {
        let first = self.gateways.first().copied().unwrap_or(self.entry);
        for gateway in &self.gateways {
            gateway.truncate_log()?;
        }
        process::reset_peak(first.pid());
        let before = self.cpu_times()?;
        let figures = load.send(self.entry, seconds).await?;
        tokio::time::sleep(SETTLE_DELAY).await;
        let after = self.cpu_times()?;
        let per_request = |index: usize| {
            let time: Duration = after[index].saturating_sub(before[index]);
            milliseconds(time) / float(figures.requests.max(1))
        };
        Ok(Measurement {
            figures,
            server_cpu: per_request(0),
            postgres_cpu: per_request(1),
            standby_cpu: per_request(2),
            peak: process::peak(first.pid())?,
        })
    }

    /// The CPU times so far of the gateways, of Postgres, and of its standby.
    fn cpu_times(&self) -> anyhow::Result<[Duration; 3]> {
        let gateways = self.gateways.iter();
        let gateways = gateways.map(|gateway| process::cpu_with_children(gateway.pid()));
        let standby = self.standby.map(process::cpu_with_children);
        Ok([
            gateways.sum::<anyhow::Result<Duration>>()?,
            process::cpu_with_children(self.postgres)?,
            standby.transpose()?.unwrap_or_default(),
        ])
    }
}

/// Sends requests to one gateway repeatedly, for a number of seconds.
pub(crate) async fn measure(
    service: &Service,
    postgres: u32,
    load: Load<'_>,
    seconds: u32,
) -> anyhow::Result<Measurement> {
    let installation = Installation::single(service, postgres);
    installation.measure(load, seconds).await
}
