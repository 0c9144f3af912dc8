//! `coach serve`.

use coach_domain::database::Pool;
use std::sync::Arc;

use coach_domain::{clock::SystemClock, command::CommandRate};
use coach_gateway::{
    app,
    auth::{Authenticator, LocalIssuer},
    database,
    http::{self, AppState},
    queues, server,
    settings::Settings,
    stop::Stop,
    telemetry,
};
use coach_resolvers::{App, Services};

use super::worker;

/// Serves until asked to stop.
pub(crate) async fn run(settings: Settings, with_workers: bool) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let listener = server::listen(settings.listen, "coach serve").await?;
    let url = settings.given_database()?.to_owned();
    let pool = database::pool(&url, &settings)?;
    let state = state(&settings, pool.clone(), None).await?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let router = http::router(state.clone());
    let drain = settings.timeouts.drain;
    let workers = with_workers.then(|| worker::spawn(settings, url, state.catalogue(), &stop));
    server::serve(listener, router, state, drain, stop.asked()).await?;
    if let Some(workers) = workers {
        workers.await?;
    }
    pool.close().await;
    Ok(())
}

/// Wires the parts together. `GraphiQL` is signed in as `demo`, if there is one.
pub(super) async fn state(
    settings: &Settings,
    pool: Pool,
    demo: Option<&'static str>,
) -> anyhow::Result<AppState> {
    telemetry::watch_pool(&pool);
    let clock = Arc::new(SystemClock);
    let services = Services {
        clock: clock.clone(),
        operations: queues::operations(settings, pool.clone()).await,
        shops: settings.shops.open()?,
        objects: coach_gateway::worker::objects(settings).await?,
        rate: Arc::new(CommandRate::new(settings.limits.commands)),
        status_url: settings.live_status_url.clone(),
    };
    let app = App::new(pool, services);
    app::watch_catalogue(&app.catalogue, app.database.clone());
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
