//! `coach worker`, and the workers within other subcommands.

use std::{sync::Arc, time::Duration};

use coach_domain::{catalogue, process_start::ProcessRole};
use coach_gateway::{
    app, database, http, process_start, server, settings::Settings,
    settings_updates::SettingsUpdates, stop::Stop, telemetry, worker_process,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::serve;

/// How long the health server goes on after shutdown is requested: longer than the workers may take to stop.
const HEALTH_DRAIN: Duration = Duration::from_secs(15);

/// Runs the workers until shutdown is requested.
pub(crate) async fn run(settings: Settings, updates: SettingsUpdates) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let listener = server::listen(settings.listen, "coach worker").await?;
    let url = settings.required_database_url()?.to_owned();
    // Used by the catalogue and the health checks.
    let pool = database::pool(&url, &settings)?;
    let catalogue = Arc::default();
    app::watch_catalogue(&catalogue, pool.clone());
    telemetry::watch_database(pool.clone());
    tracing::info!(address = %listener.local_addr()?, "serving health and metrics");
    process_start::record(pool.clone(), ProcessRole::Worker, &settings);
    let options = server::Options {
        // Health is served until the workers have stopped.
        drain: HEALTH_DRAIN,
        ..serve::options(&settings, true)
    };
    let router = http::worker_router(pool.clone());
    let health = server::serve(listener, router, options, stop.requested());
    let watching = pool.clone();
    updates.follow(move |settings| {
        database::set_credentials(&watching, settings.database_url.as_deref());
    });
    let workers = spawn(settings, updates, url, catalogue, &stop);
    tokio::select! {
        served = health => served?,
        worked = workers => worked?,
    }
    pool.close().await;
    Ok(())
}

/// Spawns workers that stop when shutdown is requested.
pub(super) fn spawn(
    settings: Settings,
    updates: SettingsUpdates,
    database: String,
    catalogue: Arc<catalogue::Cache>,
    stop: &Stop,
) -> JoinHandle<()> {
    let (stop, token) = (stop.clone(), CancellationToken::new());
    let cancellation = token.clone();
    tokio::spawn(async move {
        stop.requested().await;
        cancellation.cancel();
    });
    tokio::spawn(async move {
        worker_process::run(settings, updates, &database, catalogue, token).await;
    })
}
