//! Metrics, served at `GET /metrics` and, if configured, exported by OTLP.

use coach_domain::database::Pool;
use std::sync::OnceLock;

use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use prometheus::{Registry, TextEncoder};

use super::{
    StartError,
    export::{self, start_error},
};
use crate::settings::TelemetrySettings;

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Installs the global meter provider; `None` when OpenTelemetry is disabled.
pub(super) fn start(
    settings: TelemetrySettings,
    resource: &Resource,
) -> Result<Option<SdkMeterProvider>, StartError> {
    if settings.disabled {
        return Ok(None);
    }
    let registry = Registry::new();
    let prometheus_reader = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()
        .map_err(start_error)?;
    let provider = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_reader(prometheus_reader);
    let provider = if settings.metrics {
        provider.with_periodic_exporter(export::metrics()?)
    } else {
        provider
    };
    let provider = provider.build();
    let _ = REGISTRY.set(registry);
    global::set_meter_provider(provider.clone());
    Ok(Some(provider))
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

/// Registers the metrics of a connection pool, observed until the process ends.
pub fn watch_pool(database: &Pool) {
    let meter = global::meter("coach");
    let pool = database.clone();
    let max = i64::from(pool.max_connections());
    meter
        .i64_observable_up_down_counter("db.client.connection.count")
        .with_unit("{connection}")
        .with_description("Connections that are in the state described by the attribute.")
        .with_callback(move |observer| {
            let (idle, used) = pool.connection_counts();
            for (state, count) in [("idle", idle), ("used", used)] {
                let state = KeyValue::new("db.client.connection.state", state);
                observer.observe(i64::try_from(count).unwrap_or(i64::MAX), &[state]);
            }
        })
        .build();
    meter
        .i64_observable_up_down_counter("db.client.connection.max")
        .with_unit("{connection}")
        .with_description("The most open connections allowed.")
        .with_callback(move |observer| observer.observe(max, &[]))
        .build();
}
