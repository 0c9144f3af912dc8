//! Load, by wrk.

mod figures;

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, ensure};
use tokio::{fs, process::Command};

pub(crate) use figures::Figures;

/// The part that sends our requests.
const SCRIPT: &str = include_str!("requests.lua");

/// How long an answer may take before it counts as failed.
const TIMEOUT: &str = "10s";

/// What to send, to whom, for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    pub(crate) url: &'a str,
    /// Prepared requests, as `requests.lua` describes them.
    pub(crate) requests: &'a Path,
    pub(crate) connections: u32,
    pub(crate) seconds: u32,
}

impl Load<'_> {
    /// Sends requests for as long as that, and says how it went.
    pub(crate) async fn drive(&self) -> anyhow::Result<Figures> {
        let script = self.requests.with_file_name("requests.lua");
        fs::write(&script, SCRIPT).await?;
        // One thread can send more than any number of cores that it shares with a gateway can answer; a second one
        // is for many connections.
        let threads = self.connections.min(2);
        let output = Command::new("wrk")
            .args(["--threads", &threads.to_string()])
            .args(["--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{}s", self.seconds)])
            .args(["--timeout", TIMEOUT])
            .arg("--script")
            .arg(&script)
            .arg(self.url)
            .arg("--")
            .arg(self.requests)
            .stdin(Stdio::null())
            // Ctrl-C in the terminal is for us: dropping this ends it.
            .process_group(0)
            .kill_on_drop(true)
            .output()
            .await
            .context("wrk")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "wrk failed: {text}{errors}");
        Figures::read(&text).with_context(|| format!("wrk did not say how it went: {text}{errors}"))
    }
}
