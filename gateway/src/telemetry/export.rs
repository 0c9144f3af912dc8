//! Exports traces and metrics by OTLP. The OpenTelemetry SDK itself reads the endpoint, headers, interval and sampling
//! from `OTEL_…`.

use std::fmt::Display;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{
    MetricExporter, Protocol, SpanExporter, WithExportConfig as _, WithTonicConfig as _,
    tonic_types::transport::ClientTlsConfig,
};
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, ResourceDetector},
    trace::SdkTracerProvider,
};
use tokio::runtime::{self, Runtime};

use super::StartError;
use crate::settings::{OtlpProtocol, TelemetrySettings};

pub(super) fn start_error(error: impl Display) -> StartError {
    StartError(error.to_string())
}

/// The resource attributes. `OTEL_RESOURCE_ATTRIBUTES` overrides the defaults, and `OTEL_SERVICE_NAME` the name.
pub(super) fn resource(settings: &TelemetrySettings) -> Resource {
    let service = [
        KeyValue::new("service.name", "coach"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let from_environment: Box<dyn ResourceDetector> = Box::new(EnvResourceDetector::new());
    let builder = Resource::builder_empty().with_attributes(service);
    let builder = builder.with_detector(from_environment);
    match &settings.service_name {
        Some(name) => builder.with_service_name(name.clone()).build(),
        None => builder.build(),
    }
}

/// The runtime of the connections over which gRPC exports; `None` when nothing is exported so. The exporters themselves
/// run on threads of the SDK.
pub(super) fn grpc_runtime(settings: &TelemetrySettings) -> Result<Option<Runtime>, StartError> {
    let protocols = [settings.traces, settings.metrics];
    if !protocols.contains(&Some(OtlpProtocol::Grpc)) {
        return Ok(None);
    }
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("otlp")
        .enable_all()
        .build();
    runtime.map(Some).map_err(start_error)
}

/// Exports spans in batches from a background thread; `None` when traces are not exported. For gRPC it must be called
/// within the [runtime](grpc_runtime).
pub(super) fn traces(
    settings: &TelemetrySettings,
    resource: &Resource,
) -> Result<Option<SdkTracerProvider>, StartError> {
    let exporter = SpanExporter::builder();
    let exporter = match settings.traces {
        None => return Ok(None),
        Some(OtlpProtocol::HttpProtobuf) => exporter
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .build(),
        Some(OtlpProtocol::Grpc) => exporter.with_tonic().with_tls_config(tls()).build(),
    };
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_batch_exporter(exporter.map_err(start_error)?)
        .build();
    Ok(Some(provider))
}

/// The exporter of metrics; `None` when they are not exported. For gRPC it must be called within the
/// [runtime](grpc_runtime).
pub(super) fn metrics(settings: &TelemetrySettings) -> Result<Option<MetricExporter>, StartError> {
    let exporter = MetricExporter::builder();
    let exporter = match settings.metrics {
        None => return Ok(None),
        Some(OtlpProtocol::HttpProtobuf) => exporter
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .build(),
        Some(OtlpProtocol::Grpc) => exporter.with_tonic().with_tls_config(tls()).build(),
    };
    exporter.map(Some).map_err(start_error)
}

/// Trusts the machine's root certificates, for endpoints that begin with `https`.
fn tls() -> ClientTlsConfig {
    ClientTlsConfig::new().with_native_roots()
}
