//! The collector of traces and metrics.

use coach_gateway::settings::OtlpProtocol;
use futures_util::future::join_all;
use reqwest::Url;
use tokio::net::TcpStream;

use super::{
    check::{Check, Findings, Severity},
    context::Context,
};

const UNREACHABLE: &str =
    "start the collector there, or correct the variable; without a collector, remove it";

/// Whether each endpoint takes connections.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let endpoints = context.sources.telemetry_endpoints();
    let telemetry = &context.settings.telemetry;
    if endpoints.is_empty() || telemetry.traces.or(telemetry.metrics).is_none() {
        let reason = "no endpoint is set: nothing is exported";
        return vec![Check::skipped("telemetry", reason)];
    }
    let checks = endpoints.iter().map(|(variable, url)| {
        let look = connect(context, variable, url);
        context.check(
            format!("telemetry: {variable}"),
            &["otel_"],
            UNREACHABLE,
            look,
        )
    });
    join_all(checks).await
}

async fn connect(context: &Context<'_>, variable: &str, text: &str) -> Findings {
    let url = Url::parse(text).ok();
    let host = url
        .as_ref()
        .and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
    let Some((host, port)) = host else {
        return Findings::problem(
            format!("{variable} = `{text}` is no address"),
            format!("set {variable}=http://HOST:4318"),
        );
    };
    let address = (host.trim_matches(['[', ']']), port);
    if let Err(error) = TcpStream::connect(address).await {
        return Findings::problem(
            format!("{host}:{port} cannot be connected to: {error}"),
            UNREACHABLE,
        );
    }
    let mut findings = Findings::ok(format!("{host}:{port} takes connections"));
    let telemetry = &context.settings.telemetry;
    let protocol = telemetry.traces.or(telemetry.metrics);
    let other = match (protocol, port) {
        (Some(OtlpProtocol::HttpProtobuf), 4317) => "grpc",
        (Some(OtlpProtocol::Grpc), 4318) => "http/protobuf",
        _ => return findings,
    };
    findings.add(
        Severity::Warning,
        format!("collectors take {other} on port {port}, and another protocol is used"),
        format!("set OTEL_EXPORTER_OTLP_PROTOCOL={other}, or correct the port in {variable}"),
    );
    findings
}
