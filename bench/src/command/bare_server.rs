//! `coach-bench bare-server`: measures the cost of GraphQL.

use super::Setup;
use crate::{
    cli::{Common, PairOptions, RustPeer},
    comparison::Comparison,
    format::spread,
    gateway,
    operation::{self, Answers, TODAY},
    peer_server,
};

const VERB: &str = "bare-server";

/// Compares the gateway with the bare server, after checking that their responses are equal.
pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<bool> {
    let setup = Setup::new(VERB, common).await?;
    let gateway = gateway::start("gateway", "serve", &setup.environment, &[]).await?;
    let bare = peer_server::start("bare server", RustPeer::Bare, &setup.environment).await?;
    let prepared = setup.prepare_today().await?;
    for server in [&gateway, &bare] {
        operation::check(&TODAY, &prepared, server).await?;
    }
    let answers = Answers::of(&gateway, &prepared).await?;
    answers.compare(&bare).await?;
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
        answers.len(),
        comparison.table,
        spread(&comparison.throughput),
        spread(&comparison.cpu),
        comparison.failed
    );
    setup.heading.publish(&body)?;
    Ok(comparison.failed == 0)
}
