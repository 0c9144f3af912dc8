//! What we want to reach, and whether we do.

use super::race::{Entrant, Race};
use crate::{
    measure::Measurement,
    peers::{
        APOLLO, APOLLO_POSTGRES, BARE, JSON, MERCURIUS, MERCURIUS_POSTGRES, PLAIN, POSTGRAPHILE,
    },
};

/// The throughput of the gateway, as a multiple of that of a peer, by medians.
const MULTIPLES: [(&str, f64); 7] = [
    (PLAIN, 1.3),
    (MERCURIUS, 4.0),
    (APOLLO, 5.5),
    (MERCURIUS_POSTGRES, 7.0),
    (APOLLO_POSTGRES, 10.0),
    (POSTGRAPHILE, 10.0),
    (JSON, 1.0),
];

/// CPU times in milliseconds.
const MAX_GATEWAY_CPU: f64 = 0.25;
const MAX_POSTGRES_CPU: f64 = 0.25;
const MAX_GRAPHQL_CPU: f64 = 0.05;
const MAX_DETAIL_CPU: f64 = 0.05;

/// The 99th percentile of the latency as a multiple of the median.
const MAX_P99: f64 = 1.6;

struct Target {
    text: String,
    reached: bool,
}

/// A list in Markdown. `detail` is the gateway's CPU time for a `WorkoutDetail`.
pub(super) fn list(many: &Race, one: &Race, detail: f64) -> String {
    let gateway = many.gateway();
    let mut targets: Vec<_> = MULTIPLES
        .iter()
        .filter_map(|(name, multiple)| {
            let peer = many.entrant(name)?;
            let ratio = gateway.ratio(peer, throughput).median;
            let text = format!("throughput of the gateway / {name}");
            Some(at_least(&text, ratio, *multiple))
        })
        .collect();
    targets.extend(one.entrant(PLAIN).map(|peer| {
        let ratio = one.gateway().ratio(peer, |run| run.figures.p50()).median;
        at_most(&format!("p50 at one connection / {PLAIN}"), ratio, 1.0)
    }));
    let cpu = gateway.median(|run| run.server_cpu);
    targets.push(at_most("CPU of the gateway, ms", cpu, MAX_GATEWAY_CPU));
    targets.extend(many.entrant(BARE).map(|bare| {
        let share = graphql_cpu(gateway, bare);
        let text = format!("of that beyond {BARE}, for GraphQL, ms");
        at_most(&text, share, MAX_GRAPHQL_CPU)
    }));
    targets.push(at_most(
        "CPU of the gateway for a WorkoutDetail, ms",
        detail,
        MAX_DETAIL_CPU,
    ));
    let cpu = gateway.median(|run| run.postgres_cpu);
    targets.push(at_most("CPU of Postgres, ms", cpu, MAX_POSTGRES_CPU));
    let p99 = gateway.median(|run| run.figures.p99() / run.figures.p50());
    targets.push(at_most("p99 / p50", p99, MAX_P99));
    let lines = targets.iter().map(|target| {
        let state = if target.reached {
            "reached"
        } else {
            "NOT REACHED"
        };
        format!("- {state}: {}\n", target.text)
    });
    lines.collect()
}

fn throughput(run: &Measurement) -> f64 {
    run.figures.throughput()
}

/// The median of what the gateway takes longer than the bare server in the same round.
fn graphql_cpu(gateway: &Entrant, bare: &Entrant) -> f64 {
    let pairs = gateway.runs.iter().zip(&bare.runs);
    super::race::spread(pairs.map(|(this, that)| this.server_cpu - that.server_cpu)).median
}

fn at_least(what: &str, figure: f64, wanted: f64) -> Target {
    Target {
        text: format!("{what}: {figure:.3} (at least {wanted})"),
        reached: figure >= wanted,
    }
}

fn at_most(what: &str, figure: f64, wanted: f64) -> Target {
    Target {
        text: format!("{what}: {figure:.3} (at most {wanted})"),
        reached: figure <= wanted,
    }
}
