//! `coach-bench run`: the table.

use super::{Scene, Verdict};
use crate::{
    cli::{Common, RunOptions},
    gateway,
    measure::{Measurement, measure},
    operation::{self, Operation},
    report::{count, megabytes, ratio, table::Table, whole},
    say,
};

const VERB: &str = "run";

/// Before each measurement, at its number of connections.
const WARM_UP: u32 = 1;

/// What is planned for: a hundred times the peak of a real service of this kind.
const TODAYS_PER_SECOND: f64 = 3_500.0;

/// A row.
struct Row {
    operation: Operation,
    /// SQL statements for each request.
    statements: Option<f64>,
    connections: u32,
    measurement: Measurement,
}

/// Drives the operations one after the other.
pub(super) async fn run(common: &Common, options: &RunOptions) -> anyhow::Result<Verdict> {
    let operations = operation::named(&options.operations)?;
    let scene = Scene::set(VERB, common).await?;
    let gateway = gateway::start("gateway", &scene.stage, &[]).await?;
    let mut rows = Vec::new();
    for operation in operations {
        say(operation.name);
        let prepared = scene.prepare(&operation).await?;
        let statements = operation::check(&operation, &prepared, &gateway).await?;
        for &connections in &options.connections {
            let run = async |seconds| {
                let postgres = scene.stage.postgres;
                measure(&gateway, postgres, &prepared, connections, seconds).await
            };
            run(WARM_UP).await?;
            let measurement = run(options.seconds).await?;
            let throughput = whole(measurement.figures.throughput());
            say(&format!(
                "  {connections} connections: {throughput} requests/s"
            ));
            rows.push(Row {
                operation,
                statements,
                connections,
                measurement,
            });
        }
    }
    let members = count(scene.subjects.len() as u64);
    let body = format!(
        "{} s each, requests of {members} members in turn, each checked once before.\n\n{}{}",
        options.seconds,
        table(&rows),
        cores(&rows)
    );
    scene.publish(common, &body)?;
    let failed = rows.iter().any(|row| row.measurement.figures.failed > 0);
    Ok(Verdict::of(!failed))
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new([
        "operation",
        "connections",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "SQL/request",
        "gateway CPU ms",
        "Postgres CPU ms",
        "peak MB",
        "answer kB",
        "failed",
    ]);
    for Row {
        operation,
        statements,
        connections,
        measurement,
    } in rows
    {
        let figures = &measurement.figures;
        table.row([
            operation.name.to_owned(),
            connections.to_string(),
            whole(figures.throughput()),
            format!("{:.2}", figures.p50()),
            format!("{:.2}", figures.p99()),
            statements.map_or_else(|| "–".to_owned(), |it| format!("{it:.2}")),
            ratio(measurement.server_cpu()),
            ratio(measurement.postgres_cpu()),
            megabytes(measurement.peak),
            format!("{:.1}", figures.kilobytes()),
            figures.failed.to_string(),
        ]);
    }
    table.markdown()
}

/// What 3,500 Today requests a second would take, by each way of sending it with the most connections.
fn cores(rows: &[Row]) -> String {
    let most = rows.iter().map(|row| row.connections).max();
    let mut table = Table::new([
        "at 3,500 requests/s",
        "cores for gateways",
        "cores for Postgres",
    ]);
    let mut any = false;
    let todays = rows
        .iter()
        .filter(|row| row.operation.name.starts_with("Today") && Some(row.connections) == most);
    for Row {
        operation,
        connections,
        measurement,
        ..
    } in todays
    {
        any = true;
        let cores =
            |milliseconds: f64| format!("{:.1}", milliseconds / 1_000.0 * TODAYS_PER_SECOND);
        table.row([
            format!("{}, by {connections} connections", operation.name),
            cores(measurement.server_cpu()),
            cores(measurement.postgres_cpu()),
        ]);
    }
    if any {
        format!("\n{}", table.markdown())
    } else {
        String::new()
    }
}
