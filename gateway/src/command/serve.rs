//! `coach serve`.

use std::{net::SocketAddr, sync::Arc};

use coach_domain::{
    clock::SystemClock, command::CommandRate, database::Pool, live::StatusCache,
    process_start::ProcessRole, request_trace::TraceStore,
};
use coach_gateway::{
    app,
    auth::{Authenticator, LocalIssuer},
    database,
    http::{self, AppState},
    process_start, queues, server,
    settings::Settings,
    settings_updates::SettingsUpdates,
    stop::Stop,
    telemetry, worker_process,
};
use coach_resolvers::App;

use super::worker;

/// Serves until shutdown is requested.
pub(crate) async fn run(
    settings: Settings,
    updates: SettingsUpdates,
    with_workers: bool,
) -> anyhow::Result<()> {
    settings.require_issuer()?;
    let stop = Stop::on_signals()?;
    let listener = server::listen(settings.listen, "coach serve").await?;
    let url = settings.required_database_url()?.to_owned();
    let pool = database::pool(&url, &settings)?;
    let address = listener.local_addr()?;
    let state = state(&settings, pool.clone(), address, None).await?;
    if settings.status_url_is_loopback(address) {
        tracing::warn!(
            "COACH_LIVE_STATUS_URL is not set: `statusUrl` is a loopback address, which apps on other machines cannot \
             reach"
        );
    }
    let options = options(&settings, with_workers);
    tracing::info!(%address, connections = options.connections, "serving");
    process_start::record(pool.clone(), ProcessRole::Gateway, &settings);
    let router = http::router(state.clone());
    let watching = state.clone();
    updates.follow(move |settings| watching.replace_secrets(settings));
    let workers =
        with_workers.then(|| worker::spawn(settings, updates, url, state.catalogue(), &stop));
    let stopping = async {
        stop.requested().await;
        state.drain();
    };
    server::serve(listener, router, options, stopping).await?;
    if let Some(workers) = workers {
        workers.await?;
    }
    state.write_traces().await;
    pool.close().await;
    Ok(())
}

/// The server's options, for a process that may also run the workers.
pub(super) fn options(settings: &Settings, with_workers: bool) -> server::Options {
    let workers = if with_workers {
        settings.worker.connections
    } else {
        0
    };
    let servers = if settings.database_read_url.is_some() {
        2
    } else {
        1
    };
    server::Options::new(settings, servers * settings.database_connections + workers)
}

/// The name of this process: the machine's, which is the pod's in Kubernetes, and the process id.
fn process_name() -> String {
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_string_lossy();
    format!("{machine}-{}", std::process::id())
}

/// Builds the state of a gateway that listens on `address`. `GraphiQL` is signed in as the subject `demo`, if given.
pub(super) async fn state(
    settings: &Settings,
    pool: Pool,
    address: SocketAddr,
    demo: Option<&'static str>,
) -> anyhow::Result<AppState> {
    let clock = Arc::new(SystemClock);
    let replica = database::replica(&pool, settings, &*clock)?;
    telemetry::watch_pools(&pool, replica.as_ref());
    telemetry::watch_database(pool.clone());
    let objects = worker_process::objects(settings).await?;
    let app = Arc::new(App {
        operations: queues::operations(settings, pool.clone()).await,
        database: pool,
        replica,
        catalogue: Arc::default(),
        clock: clock.clone(),
        shops: Arc::new(settings.shops.open()?).into(),
        live: StatusCache::new(objects.clone(), clock.clone()),
        objects,
        rate: CommandRate::new(settings.limits.commands),
        status_url: settings.status_url(address)?,
        traces: Arc::new(TraceStore::new(settings.traces, process_name())),
        record_statements: false,
    });
    app::watch_catalogue(&app.catalogue, app.database.clone());
    app::keep_writing_traces(&app);
    let auth = &settings.auth;
    if let Some(issuer) = &auth.issuer {
        let authenticator = Authenticator::remote(issuer, auth, clock)?;
        return Ok(AppState::new(settings, app, authenticator, None));
    }
    let issuer = Arc::new(LocalIssuer::open(&settings.home)?);
    let authenticator = Authenticator::local(&issuer, auth, clock);
    Ok(AppState::with_demo(
        settings,
        app,
        authenticator,
        Some(issuer),
        demo,
    ))
}
