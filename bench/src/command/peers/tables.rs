//! The tables and the chart.

use super::{
    race::{Entrant, Race, spread},
    recording::Recording,
};
use crate::{
    cli::PeersOptions,
    format::{megabytes, ratio, whole},
    measure::Measurement,
    report::{
        chart::{Bar, Colours, svg},
        table::Table,
    },
    statistics::Spread,
};

/// What was done.
pub(super) fn introduction(options: &PeersOptions, members: usize) -> String {
    format!(
        "Today, {} s each in {} rounds, in turn. The JSON of all is equal for {members} members. Figures are medians of \
         the rounds. `gateway/it` is the throughput of the gateway as a multiple of that server's in the same round, and \
         `CPU/gateway's` the CPU time of server and Postgres together as a multiple of the gateway's. A CPU second is one of \
         server or Postgres: servers in Node.js have one thread for JavaScript, so they leave a part of two cores idle.\n",
        options.seconds, options.rounds
    )
}

/// The saved charts.
pub(super) fn picture(race: &Race) -> String {
    format!(
        "<picture>\n<source media=\"(prefers-color-scheme: dark)\" srcset=\"plots/peers-dark.svg\">\n\
         <img alt=\"{}\" src=\"plots/peers-light.svg\">\n</picture>\n",
        chart_title(race)
    )
}

/// At many connections.
pub(super) fn many(race: &Race, recording: &Recording) -> String {
    let heads = format!(
        "{} connections | requests/s | gateway/it | p50 ms | p99 ms | server CPU ms | Postgres CPU ms | CPU/gateway's | \
         requests/CPU s | peak MB | statements | failed",
        race.connections
    );
    let mut table = Table::new(&heads);
    for (entrant, statements) in race.entrants.iter().zip(&recording.counts) {
        let mut row = row(race, entrant);
        row.push(megabytes(
            entrant
                .runs
                .iter()
                .map(|run| run.peak)
                .max()
                .unwrap_or_default(),
        ));
        row.push(format!("{statements:.1}"));
        row.push(failed(entrant).to_string());
        table.row(row);
    }
    let gateway = &race.gateway().runs;
    for (name, limits) in &race.limits {
        let throughput = spread(limits.iter().map(|limit| limit.throughput)).median;
        let cpu = spread(limits.iter().map(|limit| limit.postgres_cpu)).median;
        let pairs = gateway.iter().zip(limits);
        let ratios = pairs.map(|(run, limit)| run.figures.throughput() / limit.throughput);
        table.row([
            (*name).to_owned(),
            whole(throughput),
            range(&spread(ratios)),
            String::new(),
            String::new(),
            String::new(),
            ratio(cpu),
        ]);
    }
    table.markdown()
}

/// At one connection.
pub(super) fn one(race: &Race) -> String {
    let mut table = Table::new(
        "1 connection | requests/s | gateway/it | p50 ms | p99 ms | server CPU ms | Postgres CPU ms | CPU/gateway's | \
         requests/CPU s | failed",
    );
    for entrant in &race.entrants {
        let mut row = row(race, entrant);
        row.push(failed(entrant).to_string());
        table.row(row);
    }
    table.markdown()
}

/// The gateway's statements, which pgbench repeats.
pub(super) fn statements(recording: &Recording) -> String {
    let statements = recording.members.first().into_iter().flatten();
    let texts = statements.map(|statement| statement.sql.trim().to_owned() + "\n");
    let texts: Vec<_> = texts.collect();
    format!(
        "<details>\n<summary>The gateway's statements, of {} members, which pgbench repeats at 20 connections</summary>\n\n\
         ```sql\n{}```\n\n</details>\n",
        recording.members.len(),
        texts.join(";\n")
    )
}

/// Requests a second.
pub(super) fn chart(race: &Race, colours: Colours) -> String {
    let bars = race
        .entrants
        .iter()
        .enumerate()
        .map(|(index, entrant)| Bar {
            label: entrant.name.to_owned(),
            value: entrant.median(|run| run.figures.throughput()),
            stands_out: index == 0,
        });
    let bars: Vec<_> = bars.collect();
    svg(&chart_title(race), &bars, colours)
}

fn chart_title(race: &Race) -> String {
    format!(
        "Today, requests a second at {} connections",
        race.connections
    )
}

/// The columns that both tables have.
fn row(race: &Race, entrant: &Entrant) -> Vec<String> {
    let gateway = race.gateway();
    let throughput = |run: &Measurement| run.figures.throughput();
    let cpu = |run: &Measurement| run.server_cpu + run.postgres_cpu;
    vec![
        entrant.name.to_owned(),
        whole(entrant.median(throughput)),
        range(&gateway.ratio(entrant, throughput)),
        format!("{:.2}", entrant.median(|run| run.figures.p50())),
        format!("{:.2}", entrant.median(|run| run.figures.p99())),
        ratio(entrant.median(|run| run.server_cpu)),
        ratio(entrant.median(|run| run.postgres_cpu)),
        range(&entrant.ratio(gateway, cpu)),
        whole(1_000.0 / entrant.median(cpu)),
    ]
}

fn failed(entrant: &Entrant) -> u64 {
    entrant.runs.iter().map(|run| run.figures.failed).sum()
}

/// `1.32 (1.28–1.35)`: the median and all.
fn range(spread: &Spread) -> String {
    format!("{:.2} ({:.2}–{:.2})", spread.median, spread.min, spread.max)
}
