//! Generates load: with wrk as much as the server takes, or by ourselves at a fixed rate.

mod figures;
mod fixed_rate;
mod response;

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, ensure};
use tokio::{fs, process::Command};

pub(crate) use figures::Figures;
pub(crate) use fixed_rate::{FixedRate, Latencies};

use crate::service::Service;

/// The wrk script that sends our requests.
const SCRIPT: &str = include_str!("requests.lua");

/// A request without a response within this time counts as failed.
const TIMEOUT: &str = "10s";

/// Requests that are sent repeatedly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    /// The path of the URL.
    pub(crate) path: &'static str,
    /// The file of prepared requests, in the format of `requests.lua`.
    pub(crate) requests: &'a Path,
    pub(crate) connections: u32,
}

impl Load<'_> {
    /// Sends the requests to a server for this number of seconds, and returns the result.
    pub(crate) async fn send(&self, service: &Service, seconds: u32) -> anyhow::Result<Figures> {
        let script = self.requests.with_file_name("requests.lua");
        fs::write(&script, SCRIPT).await?;
        // One thread can send more requests than a gateway on the same machine can answer; the second one helps with
        // many connections.
        let threads = self.connections.min(2);
        let output = Command::new("wrk")
            .args(["--threads", &threads.to_string()])
            .args(["--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{seconds}s")])
            .args(["--timeout", TIMEOUT])
            .arg("--script")
            .arg(&script)
            .arg(service.url(self.path))
            .arg("--")
            .arg(self.requests)
            .stdin(Stdio::null())
            // Ctrl-C in the terminal must only reach this process; dropping the future kills wrk.
            .process_group(0)
            .kill_on_drop(true)
            .output()
            .await
            .context("wrk")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "wrk failed: {text}{errors}");
        Figures::parse(&text)
            .with_context(|| format!("wrk did not say how it went: {text}{errors}"))
    }
}
