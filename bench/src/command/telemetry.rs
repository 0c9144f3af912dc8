//! `coach-bench telemetry`: measures the cost of exporting traces and metrics.

use std::time::Duration;

use anyhow::ensure;
use tokio::time::sleep;

use super::Setup;
use crate::{
    cli::{Common, PairOptions},
    comparison::Comparison,
    format::{count, kept_or_broken, spread},
    gateway,
    operation::{self, TODAY},
    otlp::Receiver,
    process,
    statistics::{float, milliseconds},
};

const VERB: &str = "telemetry";

/// The minimum ratio of the throughputs, with telemetry to without.
const MIN_THROUGHPUT_RATIO: f64 = 0.97;

/// Longer than the default delay between two exports of spans (`OTEL_BSP_SCHEDULE_DELAY`).
const EXPORT_DELAY: Duration = Duration::from_secs(6);

/// Compares two gateways, one of which exports to this process.
pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<bool> {
    let setup = Setup::new(VERB, common).await?;
    let receiver = Receiver::start().await?;
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint.clone()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
    ];
    let off = gateway::start("off", "serve", &setup.environment, &[]).await?;
    let on = gateway::start("on", "serve", &setup.environment, &settings).await?;
    let prepared = setup.prepare_today().await?;
    for gateway in [&off, &on] {
        operation::check(&TODAY, &prepared, gateway).await?;
    }
    sleep(EXPORT_DELAY).await;
    // Discards what was received until now.
    receiver.take();
    let own_cpu = process::cpu(std::process::id())?;
    let postgres = setup.environment.postgres;
    let load = prepared.load(options.connections);
    let comparison = Comparison::run([&off, &on], postgres, load, options).await?;
    sleep(EXPORT_DELAY).await;
    let received = receiver.take();
    // Meanwhile, this process does little else than receive telemetry.
    let own_cpu = process::cpu(std::process::id())?.saturating_sub(own_cpu);
    ensure!(
        received.spans > 0,
        "no span came: the gateway does not export, so there is nothing to compare"
    );
    let kept = comparison.throughput.median >= MIN_THROUGHPUT_RATIO && comparison.failed == 0;
    let answered = float(comparison.answered_by_second.max(1));
    let body = format!(
        "Today at {} connections, {} s each, in turn. *On* exports over OTLP (http/protobuf) into the bench process, \
         which shares the cores; ratios are on/off.\n\n{}\n\
         - throughput: {}\n- gateway CPU for a request: {}\n\
         - received: {} spans ({:.2} for a request), {} exports, {:.1} MB, which took the receiver \
         {:.3} ms of CPU for a request; {} requests failed\n\
         - costs at most 3 % of throughput: {}\n",
        options.connections,
        options.seconds,
        comparison.table,
        spread(&comparison.throughput),
        spread(&comparison.cpu),
        count(received.spans),
        float(received.spans) / answered,
        count(received.exports),
        float(received.bytes) / 1e6,
        milliseconds(own_cpu) / answered,
        comparison.failed,
        kept_or_broken(kept)
    );
    setup.heading.publish(&body)?;
    Ok(kept)
}
