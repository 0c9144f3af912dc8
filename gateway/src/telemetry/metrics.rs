//! Metrics, served at `GET /metrics` and, if configured, exported by OTLP.

use coach_domain::database::{Pool, Replica};
use std::sync::OnceLock;

use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::{
    Resource,
    metrics::{Instrument, SdkMeterProvider, Stream},
};
use prometheus::{Registry, TextEncoder};

use super::{
    StartError,
    export::{self, start_error},
};
use crate::settings::Settings;

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Installs the global meter provider; `None` when OpenTelemetry is disabled.
pub(super) fn start(
    settings: &Settings,
    resource: &Resource,
) -> Result<Option<SdkMeterProvider>, StartError> {
    if settings.telemetry.disabled {
        return Ok(None);
    }
    let registry = Registry::new();
    let prometheus_reader = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()
        .map_err(start_error)?;
    let provider = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_view(limit_cardinality)
        .with_reader(prometheus_reader);
    let provider = match export::metrics(&settings.telemetry)? {
        Some(exporter) => provider.with_periodic_exporter(exporter),
        None => provider,
    };
    let provider = provider.build();
    let _ = REGISTRY.set(registry);
    global::set_meter_provider(provider.clone());
    export_build_info(settings.deployment.as_deref());
    Ok(Some(provider))
}

/// Bounds the series of an instrument. Beyond the limit, all is recorded as one series more, `otel_metric_overflow`.
fn limit_cardinality(instrument: &Instrument) -> Option<Stream> {
    let limit = match instrument.name() {
        // Error codes by operation.
        "coach.graphql.errors" => 120,
        // Each has ten series. Clients can request any route in ways that give different statuses.
        "http.server.request.duration" => 24,
        // One or two for each of the app's operations, and for the fields that load batches.
        _ => 60,
    };
    Stream::builder().with_cardinality_limit(limit).build().ok()
}

/// Exports which version of the program runs, as a part of which deployment.
fn export_build_info(deployment: Option<&str>) {
    let attributes = [
        KeyValue::new("coach.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new(
            "coach.deployment",
            deployment.unwrap_or_default().to_owned(),
        ),
    ];
    let build_info = global::meter("coach")
        .u64_gauge("coach.build.info")
        .with_description(
            "Always 1. The attributes tell which version runs, as a part of which deployment.",
        )
        .build();
    build_info.record(1, &attributes);
}

/// The media type of [`exposition`].
pub const EXPOSITION_CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// The current metrics in Prometheus's text format; empty when OpenTelemetry is disabled.
pub fn exposition() -> String {
    let Some(registry) = REGISTRY.get() else {
        return String::new();
    };
    TextEncoder::new()
        .encode_to_string(&registry.gather())
        .unwrap_or_default()
}

/// Registers the metrics of the connection pools for requests, observed until the process ends.
pub fn watch_pools(primary: &Pool, replica: Option<&Replica>) {
    let meter = global::meter("coach");
    let mut pools = vec![("primary", primary.clone())];
    pools.extend(replica.map(|replica| ("replica", replica.pool().clone())));
    let name = |name: &'static str| KeyValue::new("db.client.connection.pool.name", name);
    let limits: Vec<_> = pools
        .iter()
        .map(|(pool, connections)| (name(pool), i64::from(connections.max_connections())))
        .collect();
    meter
        .i64_observable_up_down_counter("db.client.connection.count")
        .with_unit("{connection}")
        .with_description("Connections that are in the state described by the attribute.")
        .with_callback(move |observer| {
            for (pool, connections) in &pools {
                let (idle, used) = connections.connection_counts();
                for (state, count) in [("idle", idle), ("used", used)] {
                    let state = KeyValue::new("db.client.connection.state", state);
                    observer.observe(
                        i64::try_from(count).unwrap_or(i64::MAX),
                        &[name(pool), state],
                    );
                }
            }
        })
        .build();
    meter
        .i64_observable_up_down_counter("db.client.connection.max")
        .with_unit("{connection}")
        .with_description("The most open connections allowed.")
        .with_callback(move |observer| {
            for (pool, max) in &limits {
                observer.observe(*max, std::slice::from_ref(pool));
            }
        })
        .build();
    if let Some(replica) = replica.cloned() {
        meter
            .u64_observable_gauge("coach.replica.used")
            .with_description(
                "Whether queries read from the replica: 1, or 0 while they read from the primary.",
            )
            .with_callback(move |observer| observer.observe(replica.is_used().into(), &[]))
            .build();
    }
}
