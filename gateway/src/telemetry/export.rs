//! Sending traces and metrics by OTLP. Where to, with which headers, how often and which part is OpenTelemetry's own
//! matter: its SDK reads `OTEL_…` itself.

use std::fmt::Display;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, ResourceDetector},
    trace::SdkTracerProvider,
};

use super::StartError;
use crate::settings::Telemetry;

pub(super) fn failed(error: impl Display) -> StartError {
    StartError(error.to_string())
}

/// Who we are; what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say comes before our own name.
pub(super) fn resource() -> Resource {
    let service = [
        KeyValue::new("service.name", "coach"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let set: Box<dyn ResourceDetector> = Box::new(EnvResourceDetector::new());
    let builder = Resource::builder_empty().with_attributes(service);
    builder.with_detector(set).build()
}

/// Spans in batches, from a thread of their own.
pub(super) fn traces(
    wanted: Telemetry,
    resource: &Resource,
) -> Result<Option<SdkTracerProvider>, StartError> {
    if !wanted.traces {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(failed)?;
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_batch_exporter(exporter)
        .build();
    Ok(Some(provider))
}

/// What sends metrics.
pub(super) fn metrics() -> Result<MetricExporter, StartError> {
    MetricExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(failed)
}
