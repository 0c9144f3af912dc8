//! `coach-bench bare-server`: measures the cost of GraphQL.

use anyhow::ensure;
use reqwest::Client;
use serde_json::Value;

use super::Setup;
use crate::{
    bare_server,
    cli::{Common, PairOptions},
    comparison::Comparison,
    format::spread,
    gateway,
    operation::{self, Prepared, TODAY},
    service::Service,
};

const VERB: &str = "bare-server";

/// The number of members whose responses are compared.
const COMPARED_MEMBERS: usize = 100;

/// Compares the gateway with the bare server, after checking that their responses are equal.
pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<bool> {
    let setup = Setup::new(VERB, common).await?;
    let gateway = gateway::start("gateway", "serve", &setup.environment, &[]).await?;
    let bare = bare_server::start(&setup.environment).await?;
    let prepared = setup.prepare_today().await?;
    for server in [&gateway, &bare] {
        operation::check(&TODAY, &prepared, server).await?;
    }
    compare(&prepared, &gateway, &bare).await?;
    let postgres = setup.environment.postgres;
    let load = prepared.load(options.connections);
    let comparison = Comparison::run([&gateway, &bare], postgres, load, options).await?;
    let body = format!(
        "Today at {} connections, {} s each, in turn. The bare server answers the same JSON (compared for {} members) \
         with the same token check and the same statements, without GraphQL, limits, compression, request ids, logs or \
         telemetry; ratios are bare server/gateway.\n\n{}\n\
         - throughput: {}\n- CPU for a request: {}\n- failed: {}\n",
        options.connections,
        options.seconds,
        prepared.requests.len().min(COMPARED_MEMBERS),
        comparison.table,
        spread(&comparison.throughput),
        spread(&comparison.cpu),
        comparison.failed
    );
    setup.heading.publish(&body)?;
    Ok(comparison.failed == 0)
}

async fn compare(prepared: &Prepared, gateway: &Service, bare: &Service) -> anyhow::Result<()> {
    let client = Client::new();
    for request in prepared.requests.iter().take(COMPARED_MEMBERS) {
        let response = async |service: &Service| {
            let url = service.url("/graphql");
            let response = request.send(&client, &url, false).await?;
            anyhow::Ok(response.json::<Value>().await?)
        };
        let (expected, actual) = (response(gateway).await?, response(bare).await?);
        ensure!(
            expected == actual,
            "the bare server answers something else:\n{expected}\n{actual}"
        );
    }
    Ok(())
}
