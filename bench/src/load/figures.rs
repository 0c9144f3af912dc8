//! The figures that wrk prints at the end.

use std::time::Duration;

use serde::Deserialize;

use crate::statistics::float;

/// The prefix of the line that `requests.lua` prints for us.
const LINE_PREFIX: &str = "coach-bench ";

/// The result of a run. The fields are those that `requests.lua` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Figures {
    /// The number of requests that got a response.
    pub(crate) requests: u64,
    /// The duration of the run.
    microseconds: u64,
    /// The size of all responses, including headers.
    bytes: u64,
    /// The median latency in microseconds.
    p50: u64,
    /// The 99th percentile of the latency in microseconds.
    p99: u64,
    /// The number of responses other than 2xx and 3xx, and of requests without a response.
    pub(crate) failed: u64,
}

impl Figures {
    /// Parses wrk's standard output; `None` if it does not contain our line.
    pub(super) fn parse(output: &str) -> Option<Self> {
        let mut lines = output.lines();
        let line = lines.find_map(|line| line.strip_prefix(LINE_PREFIX))?;
        serde_json::from_str(line).ok()
    }

    /// The number of responses per second.
    pub(crate) fn throughput(&self) -> f64 {
        float(self.requests) / Duration::from_micros(self.microseconds).as_secs_f64()
    }

    /// The median latency in milliseconds.
    pub(crate) fn p50(&self) -> f64 {
        float(self.p50) / 1_000.0
    }

    /// The 99th percentile of the latency in milliseconds.
    pub(crate) fn p99(&self) -> f64 {
        float(self.p99) / 1_000.0
    }

    /// The mean size of a response in kilobytes, including headers.
    pub(crate) fn kilobytes(&self) -> f64 {
        float(self.bytes) / float(self.requests.max(1)) / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    const OUTPUT: &str = "\
Running 1s test @ http://127.0.0.1:9911/graphql
  2 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    14.64ms    7.23ms  28.83ms   62.32%
    Req/Sec   135.71     76.35   460.00     95.24%
  500 requests in 2.00s, 2.50MB read
  Non-2xx or 3xx responses: 3
Requests/sec:    250.00
Transfer/sec:      2.27MB
coach-bench {\"requests\":500,\"microseconds\":2000000,\"bytes\":2500000,\"p50\":17084,\"p99\":28500,\"failed\":3}
";

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn the_prefixed_line_is_parsed() {
        let figures = Figures::parse(OUTPUT).unwrap();
        assert_eq!((figures.requests, figures.failed), (500, 3));
        assert!(near(figures.throughput(), 250.0));
        assert!(near(figures.p50(), 17.084) && near(figures.p99(), 28.5));
        assert!(near(figures.kilobytes(), 5.0));
    }

    #[test]
    fn without_the_line_there_are_no_figures() {
        let cut_off = OUTPUT.lines().take(8).collect::<Vec<_>>().join("\n");
        assert_eq!(Figures::parse(&cut_off), None);
        assert_eq!(Figures::parse("coach-bench {\"requests\":500}"), None);
    }
}
