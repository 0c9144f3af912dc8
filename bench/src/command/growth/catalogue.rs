//! From few recipes to many.

use super::{
    description,
    turns::{self, Case, HEADS},
};
use crate::{
    cli::{Common, GrowthOptions},
    command::Setup,
    dataset::recipes,
    format::{count, megabytes},
    gateway, log_progress,
    measure::Installation,
    operation::{self, Operation, RECIPE_DETAIL, RECIPE_SEARCH, TODAY},
    report::table::Table,
    service::Service,
};

const VERB: &str = "growth-catalogue";

const OPERATIONS: [Operation; 3] = [TODAY, RECIPE_SEARCH, RECIPE_DETAIL];

pub(super) async fn run(common: &Common, options: &GrowthOptions) -> anyhow::Result<bool> {
    let original = Setup::new(VERB, common).await?;
    let mut sizes: Vec<(u32, Setup, Service)> = Vec::new();
    for &number in &options.recipes {
        log_progress(&format!("{} recipes", count(number.into())));
        let name = format!("bench_recipes_{number}");
        let environment = original.environment.copied(&name).await?;
        recipes::extend(&environment.pool, number).await?;
        let setup = Setup::of(environment, original.heading.clone()).await?;
        let gateway = gateway::start("gateway", "serve", &setup.environment, &[]).await?;
        sizes.push((number, setup, gateway));
    }
    let mut table = Table::new(&format!(
        "operation | recipes | connections | {HEADS} | peak MB"
    ));
    let mut failed = 0;
    for operation in OPERATIONS {
        log_progress(operation.name);
        let mut prepared = Vec::new();
        for (_, setup, gateway) in &sizes {
            let requests = setup.prepare(&operation).await?;
            let statements = operation::check(&operation, &requests, gateway).await?;
            prepared.push((requests, statements));
        }
        let cases = sizes.iter().zip(&prepared);
        let cases = cases.map(|((number, setup, gateway), (prepared, statements))| Case {
            labels: vec![count((*number).into())],
            installation: Installation::single(gateway, setup.environment.postgres),
            prepared,
            statements: *statements,
        });
        let cases: Vec<_> = cases.collect();
        for &connections in &options.connections {
            let medians = turns::measure(&cases, connections, options).await?;
            for (case, medians) in cases.iter().zip(&medians) {
                failed += medians.failed;
                let labels = [
                    operation.name.to_owned(),
                    case.labels[0].clone(),
                    connections.to_string(),
                ];
                let cells = medians.cells(case.statements);
                let peak = megabytes(medians.peak);
                table.row(labels.into_iter().chain(cells).chain([peak]));
            }
        }
    }
    let body = format!(
        "{} Each size has its own gateway, which has the whole catalogue in memory. The recipes are the seeded ones and \
         copies under titles of their words.\n\n{}\n- failed: {failed}\n",
        description(options),
        table.markdown()
    );
    original.heading.publish(&body)?;
    Ok(failed == 0)
}
