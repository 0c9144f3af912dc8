//! `coach dev`: from nothing to a gateway with content.

use anyhow::Context as _;
use coach_domain::{clock::SystemClock, seed::DEMO};
use coach_gateway::{
    app,
    auth::LocalIssuer,
    database,
    embedded::{self, EmbeddedPostgres},
    http, postgres_archive, server,
    settings::Settings,
    stop::Stop,
};
use tokio::task::spawn_blocking;

use super::{serve, welcome::welcome, worker};

/// The name of its database.
pub(super) const DATABASE: &str = "coach";

/// Starts everything, says where it is, and stops everything when asked.
pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    // First of all: without a port the rest would be for nothing.
    let listener = server::listen(settings.listen, "make dev").await?;
    let postgres = tokio::select! {
        postgres = start_postgres(&settings) => postgres?,
        // The thread goes on until the server is up, and stops it then.
        () = stop.asked() => return Ok(()),
    };
    let served = tokio::select! {
        prepared = prepare(&settings, postgres.as_ref()) => prepared.map(Some),
        () = stop.asked() => Ok(None),
    };
    let result = match served {
        Ok(Some((pool, url))) => Box::pin(serve(settings, listener, pool, url, &stop)).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Some(postgres) = postgres {
        spawn_blocking(|| postgres.stop()).await??;
    }
    result
}

/// The private Postgres, unless another database is set.
async fn start_postgres(settings: &Settings) -> anyhow::Result<Option<EmbeddedPostgres>> {
    if settings.database_url.is_some() {
        return Ok(None);
    }
    let embedded = embedded::Settings {
        bin: settings.postgres_bin.clone(),
        fetch: Some(postgres_archive::fetch),
        ..embedded::Settings::new(&settings.home)
    };
    let start = move || EmbeddedPostgres::start(&embedded, &mut |line| eprintln!("coach: {line}"));
    Ok(Some(spawn_blocking(start).await??))
}

/// A database with tables and content.
async fn prepare(
    settings: &Settings,
    postgres: Option<&EmbeddedPostgres>,
) -> anyhow::Result<(sea_orm::DatabaseConnection, String)> {
    let url = match (&settings.database_url, postgres) {
        (Some(url), _) => url.clone(),
        (None, Some(postgres)) => {
            database::create(&postgres.url("postgres"), DATABASE)
                .await
                .context("creating the database")?;
            postgres.url(DATABASE)
        }
        (None, None) => settings.given_database()?.to_owned(),
    };
    let pool = database::pool(&url, settings).await?;
    app::prepare(&pool, &SystemClock).await?;
    Ok((pool, url))
}

async fn serve(
    mut settings: Settings,
    listener: tokio::net::TcpListener,
    pool: sea_orm::DatabaseConnection,
    url: String,
    stop: &Stop,
) -> anyhow::Result<()> {
    let secret = LocalIssuer::open(&settings.home)?.secret_for("unsubscribe")?;
    let address = listener.local_addr()?;
    (settings.worker.letters).sign_links(address, secret.as_bytes())?;
    let state = serve::state(&settings, pool.clone(), address, Some(DEMO.mid_cycle)).await?;
    let router = http::router(state.clone());
    super::print(&welcome(&settings, address)?)?;
    let options = server::Options {
        // Nobody sends requests by readiness here, so there is nothing to wait for.
        drain: std::time::Duration::ZERO,
        ..serve::options(&settings, true)
    };
    let workers = worker::spawn(settings, url, state.catalogue(), stop);
    let stopping = async {
        stop.asked().await;
        state.drain();
    };
    server::serve(listener, router, options, stopping).await?;
    workers.await?;
    pool.close().await?;
    Ok(())
}
