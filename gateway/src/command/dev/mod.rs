//! `coach dev`: runs Postgres, the gateway and the workers without any setup.

mod demo_live_session;
mod welcome;

use anyhow::Context as _;
use coach_content::seed::DEMO;
use coach_dev::EmbeddedPostgres;
use coach_domain::{clock::SystemClock, database::Pool, process_start::ProcessRole};
use coach_gateway::{
    app, auth::LocalIssuer, database, http, process_start, server, settings::Settings,
    settings_updates::SettingsUpdates, stop::Stop,
};
use tokio::task::spawn_blocking;

use self::welcome::welcome;
use super::{serve, worker};

/// The name of the database of `coach dev`.
const DATABASE_NAME: &str = "coach";

/// Starts everything, prints the URLs, and stops everything when shutdown is requested. `live_session` states whether a
/// demo of a live session is announced; a video provider that is configured reports sessions of its own instead.
pub(crate) async fn run(settings: Settings, live_session: bool) -> anyhow::Result<()> {
    let live_session = live_session && settings.video_provider()?.is_none();
    let stop = Stop::on_signals()?;
    // Bind the port first, so that a port in use fails before anything is started.
    let listener = server::listen(settings.listen, "make dev").await?;
    let postgres = tokio::select! {
        postgres = start_postgres(&settings) => postgres?,
        // The thread continues until the server is up, and then stops it by dropping it.
        () = stop.requested() => return Ok(()),
    };
    let prepared = tokio::select! {
        prepared = prepare(&settings, postgres.as_ref()) => prepared.map(Some),
        () = stop.requested() => Ok(None),
    };
    let result = match prepared {
        Ok(Some((pool, url))) => {
            Box::pin(serve(settings, listener, pool, url, &stop, live_session)).await
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Some(postgres) = postgres {
        spawn_blocking(|| postgres.stop()).await??;
    }
    result
}

/// The URL of the database of the `coach dev` that another process runs in this home; `None` when none runs.
pub(super) fn running_database_url(settings: &Settings) -> Option<String> {
    coach_dev::running_url(&settings.home, DATABASE_NAME)
}

/// Starts the embedded Postgres, unless another database is configured.
async fn start_postgres(settings: &Settings) -> anyhow::Result<Option<EmbeddedPostgres>> {
    if settings.database_url.is_some() {
        return Ok(None);
    }
    let embedded = coach_dev::Settings {
        bin: settings.postgres_bin.clone(),
        download: true,
        ..coach_dev::Settings::new(&settings.home)
    };
    let start = move || EmbeddedPostgres::start(&embedded, &mut |line| eprintln!("coach: {line}"));
    Ok(Some(spawn_blocking(start).await??))
}

/// Creates, migrates and seeds the database.
async fn prepare(
    settings: &Settings,
    postgres: Option<&EmbeddedPostgres>,
) -> anyhow::Result<(Pool, String)> {
    let url = match (&settings.database_url, postgres) {
        (Some(url), _) => url.clone(),
        (None, Some(postgres)) => {
            database::create(&postgres.url("postgres"), DATABASE_NAME)
                .await
                .context("creating the database")?;
            postgres.url(DATABASE_NAME)
        }
        (None, None) => settings.required_database_url()?.to_owned(),
    };
    let pool = database::pool(&url, settings)?;
    app::prepare(&pool, &SystemClock).await?;
    Ok((pool, url))
}

async fn serve(
    mut settings: Settings,
    listener: tokio::net::TcpListener,
    pool: Pool,
    url: String,
    stop: &Stop,
    live_session: bool,
) -> anyhow::Result<()> {
    let secret = LocalIssuer::open(&settings.home)?.secret_for("unsubscribe")?;
    let address = listener.local_addr()?;
    (settings.worker.mail).sign_links(address, secret.as_bytes())?;
    let state = serve::state(&settings, pool.clone(), address, Some(DEMO.mid_cycle)).await?;
    process_start::record(pool.clone(), ProcessRole::Gateway, &settings);
    let router = http::router(state.clone());
    super::print(&welcome(&settings, address, live_session)?)?;
    let options = server::Options {
        // No load balancer polls the readiness, so there is nothing to wait for.
        drain: std::time::Duration::ZERO,
        ..serve::options(&settings, true)
    };
    if live_session {
        tokio::spawn(demo_live_session::run(
            pool.clone(),
            state.catalogue(),
            stop.clone(),
        ));
    }
    let workers = worker::spawn(
        settings,
        SettingsUpdates::never(),
        url,
        state.catalogue(),
        stop,
    );
    let stopping = async {
        stop.requested().await;
        state.drain();
    };
    server::serve(listener, router, options, stopping).await?;
    workers.await?;
    pool.close().await;
    Ok(())
}
