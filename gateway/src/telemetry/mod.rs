//! What operators see of the gateway: logs, traces and metrics.
//!
//! Names follow OpenTelemetry's semantic conventions. Neither parameters of statements nor the text of documents are
//! ever recorded, for both hold members' data.

mod ecs;
mod export;
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
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt as _, filter_fn},
    fmt::MakeWriter,
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

pub use self::metrics::{EXPOSITION, exposition, watch_pool};
use crate::settings::Settings;

/// All that belongs to us begins with it, and nothing else does.
const OURS: &str = "coach";

/// Telemetry cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the export of telemetry (OTEL_… in the environment) cannot start: {0}")]
pub struct StartError(String);

/// What was started, to be ended with the process.
#[derive(Debug)]
#[must_use = "what waits to be sent is lost without `stop`"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

impl Telemetry {
    /// Begins to log to standard error, to count, and to send what `OTEL_…` asks for. Logs are for people on a
    /// terminal and else JSON. Not to be called within an asynchronous runtime, where sending would block it.
    ///
    /// # Errors
    ///
    /// When what would send is not set up as it should be.
    pub fn start(settings: &Settings) -> Result<Self, StartError> {
        let resource = export::resource();
        let traces = export::traces(settings.telemetry, &resource)?;
        let metrics = metrics::start(settings.telemetry, &resource)?;
        let tracer = traces.as_ref().map(tracer);
        if io::stderr().is_terminal() {
            let lines = tracing_subscriber::fmt::layer()
                .with_writer(io::stderr)
                .with_target(false)
                .with_filter(lines(&settings.log));
            let spans = tracer.map(spans);
            let _ = tracing_subscriber::registry()
                .with(lines)
                .with(spans)
                .try_init();
        } else {
            let _ = subscriber(&settings.log, io::stderr, tracer).try_init();
            log_panics();
        }
        Ok(Self { traces, metrics })
    }

    /// Sends what is waiting, for some seconds at most.
    pub fn stop(self) {
        let ended = self.traces.map(|provider| provider.shutdown());
        let ended = ended.into_iter();
        let ended = ended.chain(self.metrics.map(|provider| provider.shutdown()));
        for error in ended.filter_map(Result::err) {
            tracing::warn!(%error, "not all telemetry was sent");
        }
    }
}

/// What makes spans of a provider for [`subscriber`].
pub fn tracer(provider: &SdkTracerProvider) -> Tracer {
    provider.tracer(OURS)
}

/// What takes events and spans where nobody reads along: events become lines of JSON, spans go to `tracer`.
pub fn subscriber<W>(
    filter: &str,
    writer: W,
    tracer: Option<Tracer>,
) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .event_format(ecs::Ecs)
        .with_filter(self::lines(filter));
    let spans = tracer.map(spans);
    tracing_subscriber::registry().with(lines).with(spans)
}

/// Events, without spans: where nobody wants those they are not made.
fn lines<S>(filter: &str) -> impl tracing_subscriber::layer::Filter<S> + use<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    EnvFilter::new(filter).and(filter_fn(|metadata| !metadata.is_span()))
}

/// Our spans, without events: those are in the log.
fn spans<S>(tracer: Tracer) -> impl Layer<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        // Each costs on every span, and tells what nobody asks.
        .with_context_activation(false)
        .with_level(false)
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| {
            metadata.is_span() && metadata.target().starts_with(OURS)
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
