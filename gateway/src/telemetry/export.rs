//! Exports traces and metrics by OTLP. The OpenTelemetry SDK itself reads the endpoint, headers, interval and sampling
//! from `OTEL_…`.

use std::fmt::Display;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, ResourceDetector},
    trace::SdkTracerProvider,
};

use super::StartError;
use crate::settings::TelemetrySettings;

pub(super) fn start_error(error: impl Display) -> StartError {
    StartError(error.to_string())
}

/// The resource attributes. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` override the defaults.
pub(super) fn resource() -> Resource {
    let service = [
        KeyValue::new("service.name", "coach"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let from_environment: Box<dyn ResourceDetector> = Box::new(EnvResourceDetector::new());
    let builder = Resource::builder_empty().with_attributes(service);
    builder.with_detector(from_environment).build()
}

/// Exports spans in batches from a background thread; `None` when traces are not exported.
pub(super) fn traces(
    settings: TelemetrySettings,
    resource: &Resource,
) -> Result<Option<SdkTracerProvider>, StartError> {
    if !settings.traces {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(start_error)?;
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_batch_exporter(exporter)
        .build();
    Ok(Some(provider))
}

/// The exporter of metrics.
pub(super) fn metrics() -> Result<MetricExporter, StartError> {
    MetricExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(start_error)
}
