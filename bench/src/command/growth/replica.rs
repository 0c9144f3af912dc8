//! With and without a replica that queries read from.

use anyhow::ensure;
use tokio::time::sleep;

use super::{
    description,
    turns::{self, Case, HEADS},
};
use crate::{
    cli::{Common, GrowthOptions},
    command::Setup,
    dataset::DataSet,
    environment::Environment,
    format::ratio,
    gateway, install, log_progress,
    measure::Installation,
    metrics,
    operation::{
        self, Prepared, TODAY,
        mix::{self, Part},
    },
    report::{Heading, table::Table},
    service::Service,
};

const VERB: &str = "growth-replica";

/// 1 while the gateway reads from the replica.
const USED: &str = "coach_replica_used";

/// How often to look whether it does.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_millis(50);

/// How long a gateway may take until it does.
const MAX_POLLS: u32 = 600;

pub(super) async fn run(common: &Common, options: &GrowthOptions) -> anyhow::Result<bool> {
    let wrk = install::WRK.find_or_install()?;
    // A folder of its own, because a standby is a copy of all data sets.
    let home = common.home()?.join("replication");
    let buffers = coach_dev::Settings::new(&home).shared_buffers;
    let data_set = DataSet::complete(common.members);
    let environment = Environment::start_with(common, home, buffers, data_set).await?;
    let heading = Heading::new(VERB, common, &environment, &wrk).await?;
    let setup = Setup::of(environment, heading).await?;
    log_progress("copying the data to a standby");
    let (standby, read_url) = setup.environment.standby().await?;
    let settings = [("COACH_DATABASE_READ_URL", read_url)];
    let without = gateway::start("gateway without", "serve", &setup.environment, &[]).await?;
    let with = gateway::start("gateway with", "serve", &setup.environment, &settings).await?;
    wait_until_used(&with).await?;
    let installation = |gateway, standby| Installation {
        standby,
        ..Installation::single(gateway, setup.environment.postgres)
    };
    let installations = [
        ("without", installation(&without, None)),
        ("with", installation(&with, Some(standby.pid()))),
    ];
    let mut table = Table::new(&format!(
        "operation | replica | connections | {HEADS} | replica CPU ms"
    ));
    let (mut failed, mut used) = (0, true);
    for part in [None, Some(Part::All), Some(Part::Changes)] {
        let name = part.map_or(TODAY.name, Part::name);
        log_progress(name);
        let mut prepared = Vec::new();
        for (_, installation) in &installations {
            prepared.push(prepare(part, &setup, installation.entry).await?);
        }
        let cases = installations.iter().zip(&prepared);
        let cases = cases.map(|((label, installation), (prepared, statements))| Case {
            labels: vec![(*label).to_owned()],
            installation: installation.clone(),
            prepared,
            statements: *statements,
        });
        let cases: Vec<_> = cases.collect();
        for &connections in &options.connections {
            let medians = turns::measure(&cases, connections, options).await?;
            used &= is_used(&with).await?;
            for (case, medians) in cases.iter().zip(&medians) {
                failed += medians.failed;
                let labels = [
                    name.to_owned(),
                    case.labels[0].clone(),
                    connections.to_string(),
                ];
                let cells = medians.cells(case.statements);
                let standby_cpu = ratio(medians.standby_cpu);
                table.row(labels.into_iter().chain(cells).chain([standby_cpu]));
            }
        }
    }
    let body = format!(
        "{} The replica is a hot standby on the same cores, by streaming replication, so it takes work from the primary and \
         adds none of its own cores. It was in use after each run: {}.\n\n{}\n- failed: {failed}\n",
        description(options),
        if used { "yes" } else { "no" },
        table.markdown()
    );
    setup.heading.publish(&body)?;
    Ok(failed == 0 && used)
}

async fn prepare(
    part: Option<Part>,
    setup: &Setup,
    gateway: &Service,
) -> anyhow::Result<(Prepared, Option<f64>)> {
    let Setup {
        environment,
        content,
        subjects,
        ..
    } = setup;
    if let Some(part) = part {
        return mix::prepare(part, environment, content, subjects, gateway).await;
    }
    let prepared = setup.prepare_today().await?;
    let statements = operation::check(&TODAY, &prepared, gateway).await?;
    Ok((prepared, statements))
}

async fn is_used(gateway: &Service) -> anyhow::Result<bool> {
    Ok(metrics::value(gateway, USED).await? >= Some(1.0))
}

async fn wait_until_used(gateway: &Service) -> anyhow::Result<()> {
    for _ in 0..MAX_POLLS {
        if is_used(gateway).await? {
            return Ok(());
        }
        sleep(POLL_INTERVAL).await;
    }
    ensure!(
        is_used(gateway).await?,
        "the gateway does not use the replica"
    );
    Ok(())
}
