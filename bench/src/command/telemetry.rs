//! `coach-bench telemetry`: what exporting traces and metrics costs.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::time::sleep;

use super::{Scene, Verdict};
use crate::{
    alternate::Comparison,
    cli::{Common, PairOptions},
    gateway,
    operation::{self, TODAY},
    otlp::Receiver,
    process,
    report::{count, spread},
    statistics::float,
};

const VERB: &str = "telemetry";

/// The least part of the throughput that must be left.
const LEFT: f64 = 0.95;

/// Longer than spans wait for others by default (`OTEL_BSP_SCHEDULE_DELAY`).
const EXPORTED_WITHIN: Duration = Duration::from_secs(6);

/// Compares two gateways, one of which exports to this process.
pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<Verdict> {
    let scene = Scene::set(VERB, common).await?;
    let receiver = Receiver::start().await?;
    let exported = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
    ];
    let off = gateway::start("off", &scene.stage, &[]).await?;
    let on = gateway::start("on", &scene.stage, &exported).await?;
    let prepared = scene.prepare_today().await?;
    for gateway in [&off, &on] {
        operation::check(&TODAY, &prepared, gateway).await?;
    }
    sleep(EXPORTED_WITHIN).await;
    let (before, own) = (receiver.received(), process::cpu(std::process::id())?);
    let made = Comparison::make([&off, &on], scene.stage.postgres, &prepared, options).await?;
    sleep(EXPORTED_WITHIN).await;
    let received = receiver.received().since(&before);
    // This process does little else meanwhile than receive.
    let own = process::cpu(std::process::id())?.saturating_sub(own);
    ensure!(
        received.spans > 0,
        "no span came: the gateway does not export, so there is nothing to compare"
    );
    let (throughput, cpu) = (made.throughput(), made.cpu());
    let (throughput, cpu) = (throughput.context("no pair")?, cpu.context("no pair")?);
    let verdict = Verdict::of(throughput.median >= LEFT && made.failed() == 0);
    let answered = float(made.answered_by_other.max(1));
    let body = format!(
        "Today at {} connections, {} s each, in turn. *On* exports over OTLP (http/protobuf) into the bench process, \
         which shares the cores; ratios are on/off.\n\n{}\n\
         - throughput: {}\n- gateway CPU for a request: {}\n\
         - received: {} spans ({:.2} for a request), {} exports, {:.1} MB, which took the receiver \
         {:.3} ms of CPU for a request; {} requests failed\n\
         - costs at most 5 % of throughput: {}\n",
        options.connections,
        options.seconds,
        made.table(),
        spread(&throughput),
        spread(&cpu),
        count(received.spans),
        float(received.spans) / answered,
        count(received.exports),
        float(received.bytes) / 1e6,
        own.as_secs_f64() * 1_000.0 / answered,
        made.failed(),
        verdict.word()
    );
    scene.publish(common, &body)?;
    Ok(verdict)
}
