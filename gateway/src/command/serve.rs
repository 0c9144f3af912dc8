//! `coach serve`.

use std::sync::Arc;

use coach_domain::clock::SystemClock;
use coach_gateway::{
    app,
    auth::{Authenticator, LocalIssuer},
    database,
    http::{self, AppState},
    server,
    settings::Settings,
    stop::Stop,
    telemetry,
};
use coach_resolvers::App;
use sea_orm::DatabaseConnection;

/// Serves until asked to stop.
pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let listener = server::listen(settings.listen, "coach serve").await?;
    let pool = database::pool(settings.given_database()?, &settings).await?;
    let state = state(&settings, pool.clone(), None)?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let router = http::router(state.clone());
    let drain = settings.timeouts.drain;
    server::serve(listener, router, state, drain, stop.asked()).await?;
    pool.close().await?;
    Ok(())
}

/// Wires the parts together. `GraphiQL` is signed in as `demo`, if there is one.
pub(super) fn state(
    settings: &Settings,
    pool: DatabaseConnection,
    demo: Option<&'static str>,
) -> anyhow::Result<AppState> {
    telemetry::watch_pool(&pool);
    let clock = Arc::new(SystemClock);
    let app = App::new(pool, clock.clone());
    app::watch_catalogue(&app);
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
