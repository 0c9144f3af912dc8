//! `coach-bench peers`: compares the gateway with other servers that answer the same.

mod fixed_rate;
mod race;
mod recording;
mod tables;
mod targets;

use std::slice;

use anyhow::ensure;

use self::{race::Race, recording::Recording};
use super::Setup;
use crate::{
    cli::{Common, PeersOptions},
    log_progress,
    measure::measure,
    operation::{self, Answers, TODAY},
    peers::{self, Node, PEERS},
    pgbench::Pgbench,
    report::{
        chart::{DARK, LIGHT},
        save_plot,
    },
    service::Service,
};

const VERB: &str = "peers";

/// The warm-up of each server, in seconds. By then just-in-time compilers are done, and each connection of `PostGraphile` has
/// planned its statement six times, after which Postgres keeps the plan.
const WARM_UP: u32 = 8;

/// The warm-up with one connection, of servers that are warm.
const SHORT_WARM_UP: u32 = 1;

/// Compares all servers, or the selected ones. A run of all is saved.
pub(super) async fn run(common: &Common, options: &PeersOptions) -> anyhow::Result<bool> {
    ensure!(
        options.answers || !cfg!(debug_assertions),
        "only a release build is measured (`make bench BENCH=peers`); --answers compares those of any"
    );
    let is_complete = options.only.is_empty() && !options.answers;
    let common = Common {
        save: common.save || is_complete,
        ..common.clone()
    };
    // First, because the rest would be in vain without it.
    let node = Node::find()?;
    let setup = Setup::with_programs(VERB, &common, slice::from_ref(&node.version)).await?;
    peers::install(&setup.environment)?;
    peers::create_views(&setup.environment).await?;
    let services = start(&setup, &node, &options.only).await?;
    let prepared = setup.prepare_today().await?;
    operation::check(&TODAY, &prepared, &services[0]).await?;
    let members = compare(&services, &prepared).await?;
    if options.answers {
        return Ok(true);
    }

    let environment = &setup.environment;
    log_progress("recording the statements of each server");
    let recording = Recording::of(&services, environment, &prepared).await?;
    let sequential = "pgbench, one statement after the other";
    let pgbenches = [(sequential, false), ("pgbench, all at once", true)]
        .map(|(name, all)| Pgbench::new(name, environment, &recording.members, all));
    let pgbenches: Vec<_> = pgbenches.into_iter().collect::<Result<_, _>>()?;

    let postgres = environment.postgres;
    let load = prepared.load(options.connections);
    let many = Race::run(&services, &pgbenches, postgres, load, WARM_UP, options).await?;
    let load = prepared.load(1);
    let one = Race::run(&services, &[], postgres, load, SHORT_WARM_UP, options).await?;
    let fixed = fixed_rate::run(&many, &services, &prepared).await?;
    let detail = workout_detail_cpu(&setup, &services[0], options).await?;

    let body = [
        tables::introduction(options, members),
        if common.save {
            save_charts(&many)?
        } else {
            String::new()
        },
        tables::many(&many, &recording),
        targets::list(&many, &one, detail),
        tables::one(&one),
        fixed,
        tables::statements(&recording),
    ];
    setup.heading.publish(&body.join("\n"))?;
    Ok(many.failed() + one.failed() == 0)
}

/// Starts the selected servers. The gateway is the first.
async fn start(setup: &Setup, node: &Node, only: &[String]) -> anyhow::Result<Vec<Service>> {
    let mut services = Vec::new();
    for peer in PEERS.iter().filter(|peer| peer.is_selected(only)) {
        log_progress(&format!("starting {}", peer.name));
        services.push(peer.start(&setup.environment, node).await?);
    }
    ensure!(services.len() > 1, "no peer has such a name");
    Ok(services)
}

/// Compares the answers of all servers with those of the first, and returns for how many members.
async fn compare(services: &[Service], prepared: &operation::Prepared) -> anyhow::Result<usize> {
    let answers = Answers::of(&services[0], prepared).await?;
    for service in &services[1..] {
        answers.compare(service).await?;
        log_progress(&format!(
            "{} answers the same to {} members",
            service.name,
            answers.len()
        ));
    }
    Ok(answers.len())
}

/// Saves the charts, and returns the reference to them.
fn save_charts(race: &Race) -> anyhow::Result<String> {
    for (mode, colours) in [("light", LIGHT), ("dark", DARK)] {
        save_plot(&format!("peers-{mode}.svg"), &tables::chart(race, colours))?;
    }
    Ok(tables::picture(race))
}

/// The gateway's CPU time for a `WorkoutDetail`, in milliseconds.
async fn workout_detail_cpu(
    setup: &Setup,
    gateway: &Service,
    options: &PeersOptions,
) -> anyhow::Result<f64> {
    let operations = operation::select(&["WorkoutDetail".to_owned()])?;
    let prepared = setup.prepare(&operations[0]).await?;
    operation::check(&operations[0], &prepared, gateway).await?;
    let load = prepared.load(options.connections);
    let postgres = setup.environment.postgres;
    Ok(measure(gateway, postgres, load, options.seconds)
        .await?
        .server_cpu)
}
