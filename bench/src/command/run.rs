//! `coach-bench run`: measures the app's queries at several numbers of connections.

use super::Setup;
use crate::{
    cli::{Common, RunOptions},
    format::{count, megabytes, ratio, whole},
    gateway, log_progress,
    measure::{Measurement, measure},
    operation::{self, Operation},
    report::table::Table,
};

const VERB: &str = "run";

/// The warm-up before each measurement, in seconds.
const WARM_UP: u32 = 1;

/// The planned rate of Today: a hundred times the peak of a real service of this kind.
const PLANNED_TODAYS_PER_SECOND: f64 = 3_500.0;

/// A row of the table.
struct Row {
    operation: Operation,
    /// SQL statements per request.
    statements: Option<f64>,
    connections: u32,
    measurement: Measurement,
}

/// Measures the operations one after the other.
pub(super) async fn run(common: &Common, options: &RunOptions) -> anyhow::Result<bool> {
    let operations = operation::select(&options.operations)?;
    let setup = Setup::new(VERB, common).await?;
    let gateway = gateway::start("gateway", "serve", &setup.environment, &[]).await?;
    let mut rows = Vec::new();
    for operation in operations {
        log_progress(operation.name);
        let prepared = setup.prepare(&operation).await?;
        let statements = operation::check(&operation, &prepared, &gateway).await?;
        for &connections in &options.connections {
            let (postgres, load) = (setup.environment.postgres, prepared.load(connections));
            measure(&gateway, postgres, load, WARM_UP).await?;
            let measurement = measure(&gateway, postgres, load, options.seconds).await?;
            let throughput = whole(measurement.figures.throughput());
            log_progress(&format!(
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
    let members = count(setup.subjects.len() as u64);
    let body = format!(
        "{} s each, requests of {members} members in turn, each checked once before.\n\n{}{}",
        options.seconds,
        table(&rows),
        cores(&rows)
    );
    setup.heading.publish(&body)?;
    Ok(rows.iter().all(|row| row.measurement.figures.failed == 0))
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new(
        "operation | connections | requests/s | p50 ms | p99 ms | SQL/request | gateway CPU ms | Postgres CPU ms | \
         peak MB | answer kB | failed",
    );
    for row in rows {
        let figures = &row.measurement.figures;
        let statements = row.statements.map(|it| format!("{it:.2}"));
        table.row([
            row.operation.name.to_owned(),
            row.connections.to_string(),
            whole(figures.throughput()),
            format!("{:.2}", figures.p50()),
            format!("{:.2}", figures.p99()),
            statements.unwrap_or_else(|| "–".to_owned()),
            ratio(row.measurement.server_cpu),
            ratio(row.measurement.postgres_cpu),
            megabytes(row.measurement.peak),
            format!("{:.1}", figures.kilobytes()),
            figures.failed.to_string(),
        ]);
    }
    table.markdown()
}

/// The cores that 3,500 Today requests per second would take, for each variant of Today at the highest number of
/// connections.
fn cores(rows: &[Row]) -> String {
    let max_connections = rows.iter().map(|row| row.connections).max();
    let todays = rows.iter().filter(|row| {
        row.operation.name.starts_with("Today") && Some(row.connections) == max_connections
    });
    let mut table = Table::new("at 3,500 requests/s | cores for gateways | cores for Postgres");
    let mut is_empty = true;
    for row in todays {
        is_empty = false;
        let cores = |milliseconds: f64| {
            format!("{:.1}", milliseconds / 1_000.0 * PLANNED_TODAYS_PER_SECOND)
        };
        table.row([
            format!("{}, by {} connections", row.operation.name, row.connections),
            cores(row.measurement.server_cpu),
            cores(row.measurement.postgres_cpu),
        ]);
    }
    if is_empty {
        String::new()
    } else {
        format!("\n{}", table.markdown())
    }
}
