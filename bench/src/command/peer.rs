//! `coach-bench peer`: measures the cost of GraphQL.

use anyhow::{Context as _, ensure};
use reqwest::Client;
use serde_json::Value;

use super::{BudgetCheck, Setup};
use crate::{
    cli::{Common, PairOptions},
    comparison::Comparison,
    format::spread,
    gateway,
    operation::{self, Prepared, TODAY},
    peer,
    service::Service,
};

const VERB: &str = "peer";

/// The number of members whose responses are compared.
const COMPARED_MEMBERS: usize = 100;

/// Compares the gateway with the peer, after checking that their responses are equal.
pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<BudgetCheck> {
    let setup = Setup::new(VERB, common).await?;
    let gateway = gateway::start("gateway", &setup.environment, &[]).await?;
    let peer = peer::start("peer", &setup.environment).await?;
    let prepared = setup.prepare_today().await?;
    for server in [&gateway, &peer] {
        operation::check(&TODAY, &prepared, server).await?;
    }
    compare(&prepared, &gateway, &peer).await?;
    let comparison = Comparison::run(
        [&gateway, &peer],
        setup.environment.postgres,
        &prepared,
        options,
    )
    .await?;
    let (throughput, cpu) = (comparison.throughput(), comparison.cpu());
    let (throughput, cpu) = (throughput.context("no pair")?, cpu.context("no pair")?);
    let body = format!(
        "Today at {} connections, {} s each, in turn. The peer answers the same JSON (compared for {} members) with \
         the same token check and the same statements, without GraphQL, limits, compression, request ids, logs or \
         telemetry; ratios are peer/gateway.\n\n{}\n\
         - throughput: {}\n- CPU for a request: {}\n- failed: {}\n",
        options.connections,
        options.seconds,
        prepared.requests.len().min(COMPARED_MEMBERS),
        comparison.table(),
        spread(&throughput),
        spread(&cpu),
        comparison.failed()
    );
    setup.publish(common, &body)?;
    Ok(BudgetCheck::of(comparison.failed() == 0))
}

async fn compare(prepared: &Prepared, gateway: &Service, peer: &Service) -> anyhow::Result<()> {
    let client = Client::new();
    for request in prepared.requests.iter().take(COMPARED_MEMBERS) {
        let answer = async |service: &Service| {
            let url = service.url("/graphql");
            let answer = request.send(&client, &url, false).await?;
            anyhow::Ok(answer.json::<Value>().await?)
        };
        let (ours, theirs) = (answer(gateway).await?, answer(peer).await?);
        ensure!(
            ours == theirs,
            "the peer answers something else:\n{ours}\n{theirs}"
        );
    }
    Ok(())
}
