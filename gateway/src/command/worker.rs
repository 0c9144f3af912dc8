//! `coach worker`, and the workers within other verbs.

use std::{sync::Arc, time::Duration};

use coach_domain::catalogue;
use coach_gateway::{app, database, http, server, settings::Settings, stop::Stop, worker};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::serve;

/// More than a stop may take.
const UNTIL_DONE: Duration = Duration::from_secs(15);

/// Works until asked to stop.
pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let listener = server::listen(settings.listen, "coach worker").await?;
    let url = settings.given_database()?.to_owned();
    // For the catalogue and the questions of health.
    let pool = database::pool(&url, &settings).await?;
    let catalogue = Arc::default();
    app::watch_catalogue(&catalogue, pool.clone());
    tracing::info!(address = %listener.local_addr()?, "serving health and metrics");
    let options = server::Options {
        // Asked until the work is done.
        drain: UNTIL_DONE,
        ..serve::options(&settings, true)
    };
    let router = http::of_worker(pool.clone());
    let health = server::serve(listener, router, options, stop.asked());
    let workers = spawn(settings, url, catalogue, &stop);
    tokio::select! {
        served = health => served?,
        worked = workers => worked?,
    }
    pool.close().await?;
    Ok(())
}

/// Starts workers that stop when the process does.
pub(super) fn spawn(
    settings: Settings,
    database: String,
    catalogue: Arc<catalogue::Cache>,
    stop: &Stop,
) -> JoinHandle<()> {
    let (stop, token) = (stop.clone(), CancellationToken::new());
    let asked = token.clone();
    tokio::spawn(async move {
        stop.asked().await;
        asked.cancel();
    });
    tokio::spawn(async move { worker::run(&settings, &database, catalogue, token).await })
}
