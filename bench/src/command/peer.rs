//! `coach-bench peer`: the price of GraphQL.

use anyhow::{Context as _, ensure};
use reqwest::Client;
use serde_json::Value;

use super::{Scene, Verdict};
use crate::{
    alternate::Comparison,
    cli::{Common, PairOptions},
    gateway,
    operation::{self, Prepared, TODAY},
    peer,
    report::spread,
    service::Service,
};

const VERB: &str = "peer";

/// Members whose answers are compared.
const COMPARED: usize = 100;

/// Compares the gateway with the peer, after making sure that they say the same.
pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<Verdict> {
    let scene = Scene::set(VERB, common).await?;
    let gateway = gateway::start("gateway", &scene.stage, &[]).await?;
    let peer = peer::start("peer", &scene.stage).await?;
    let prepared = scene.prepare_today().await?;
    for server in [&gateway, &peer] {
        operation::check(&TODAY, &prepared, server).await?;
    }
    compare(&prepared, &gateway, &peer).await?;
    let made =
        Comparison::make([&gateway, &peer], scene.stage.postgres, &prepared, options).await?;
    let (throughput, cpu) = (made.throughput(), made.cpu());
    let (throughput, cpu) = (throughput.context("no pair")?, cpu.context("no pair")?);
    let body = format!(
        "Today at {} connections, {} s each, in turn. The peer answers the same JSON (compared for {} members) with \
         the same token check and the same statements, without GraphQL, limits, compression, request ids, logs or \
         telemetry; ratios are peer/gateway.\n\n{}\n\
         - throughput: {}\n- CPU for a request: {}\n- failed: {}\n",
        options.connections,
        options.seconds,
        prepared.requests.len().min(COMPARED),
        made.table(),
        spread(&throughput),
        spread(&cpu),
        made.failed()
    );
    scene.publish(common, &body)?;
    Ok(Verdict::of(made.failed() == 0))
}

async fn compare(prepared: &Prepared, gateway: &Service, peer: &Service) -> anyhow::Result<()> {
    let client = Client::new();
    for request in prepared.requests.iter().take(COMPARED) {
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
