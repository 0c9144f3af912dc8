//! Logs, traces and metrics of the gateway.
//!
//! Names follow OpenTelemetry's semantic conventions. Parameters of SQL statements and the text of GraphQL documents
//! are never recorded, because both contain members' data.

mod database;
mod ecs;
mod export;
mod log_filter;
mod metrics;

use std::{
    io::{self, IsTerminal},
    panic,
};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::{
    metrics::SdkMeterProvider,
    trace::{SdkTracerProvider, Tracer},
};
use tokio::runtime::Runtime;
use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{FilterExt as _, filter_fn},
    fmt::MakeWriter,
    layer::{Filter, SubscriberExt as _},
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

pub use self::{
    database::watch_database,
    log_filter::LogFilter,
    metrics::{EXPOSITION_CONTENT_TYPE, exposition, watch_pools},
};
use crate::settings::Settings;

/// The prefix of the targets of our own crates, which no dependency shares. Also the name of the tracer.
const CRATE_PREFIX: &str = "coach";

/// Why telemetry cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the export of telemetry (OTEL_… in the environment) cannot start: {0}")]
pub struct StartError(String);

/// The running telemetry providers, to be stopped at the end of the process.
#[derive(Debug)]
#[must_use = "telemetry that is not yet exported is lost without `stop`"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
    grpc_runtime: Option<Runtime>,
}

impl Telemetry {
    /// Starts to log to standard error, to collect metrics, and to export what `OTEL_…` enables. Logs are
    /// human-readable on a terminal, and JSON otherwise. Must not be called within an async runtime, which exporting
    /// would block. Returns the filter of the log, too.
    ///
    /// # Errors
    ///
    /// When an exporter is misconfigured.
    pub fn start(settings: &Settings) -> Result<(Self, LogFilter), StartError> {
        let grpc_runtime = export::grpc_runtime(&settings.telemetry)?;
        let entered = grpc_runtime.as_ref().map(Runtime::enter);
        let resource = export::resource(&settings.telemetry);
        let traces = export::traces(&settings.telemetry, &resource)?;
        let metrics = metrics::start(settings, &resource)?;
        drop(entered);
        let tracer = traces.as_ref().map(tracer);
        let log_filter = if io::stderr().is_terminal() {
            let (filter, log_filter) = LogFilter::new(&settings.log);
            let log_layer = tracing_subscriber::fmt::layer()
                .with_writer(io::stderr)
                .with_target(false)
                .with_filter(events(filter));
            let span_layer = tracer.map(span_layer);
            let _ = tracing_subscriber::registry()
                .with(log_layer)
                .with(span_layer)
                .try_init();
            log_filter
        } else {
            let (subscriber, log_filter) = subscriber(&settings.log, io::stderr, tracer);
            let _ = subscriber.try_init();
            log_panics();
            log_filter
        };
        let telemetry = Self {
            traces,
            metrics,
            grpc_runtime,
        };
        Ok((telemetry, log_filter))
    }

    /// Flushes pending telemetry, for a few seconds at most.
    pub fn stop(self) {
        let results = self.traces.map(|provider| provider.shutdown());
        let results = results.into_iter();
        let results = results.chain(self.metrics.map(|provider| provider.shutdown()));
        for error in results.filter_map(Result::err) {
            tracing::warn!(%error, "not all telemetry was sent");
        }
        if let Some(runtime) = self.grpc_runtime {
            runtime.shutdown_background();
        }
    }
}

/// Creates the tracer that [`subscriber`] exports spans to.
pub fn tracer(provider: &SdkTracerProvider) -> Tracer {
    provider.tracer(CRATE_PREFIX)
}

/// The subscriber for output that is not a terminal, and the filter of the log: events become lines of JSON, spans go to
/// `tracer`.
pub fn subscriber<W>(
    filter: &str,
    writer: W,
    tracer: Option<Tracer>,
) -> (impl Subscriber + Send + Sync + use<W>, LogFilter)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (filter, log_filter) = LogFilter::new(filter);
    let log_layer = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .event_format(ecs::Ecs)
        .with_filter(events(filter));
    // Without a tracer, spans are disabled where they would be created: filters of layers are asked for every span.
    let no_spans = tracer
        .is_none()
        .then(|| filter_fn(|metadata| !metadata.is_span()));
    let span_layer = tracer.map(span_layer);
    let subscriber = tracing_subscriber::registry()
        .with(log_layer)
        .with(span_layer)
        .with(no_spans);
    (subscriber, log_filter)
}

/// Enables what a filter does, but no spans, of which the log shows nothing.
fn events<S: 'static>(filter: impl Filter<S> + 'static) -> impl Filter<S> + 'static {
    filter.and(filter_fn(|metadata| !metadata.is_span()))
}

/// Exports the spans of our own crates, without events, which are in the log.
fn span_layer<S>(tracer: Tracer) -> impl Layer<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        // Each of these costs time on every span, and nothing uses what it records.
        .with_context_activation(false)
        .with_level(false)
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| {
            metadata.is_span() && metadata.target().starts_with(CRATE_PREFIX)
        }))
}

fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("panic");
        tracing::error!(
            "error.type" = "panic",
            "error.message" = message,
            place,
            "panic"
        );
    }));
}
