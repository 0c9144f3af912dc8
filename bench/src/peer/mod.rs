//! A bare server that answers Today without GraphQL: the same rows by the same functions of the domain, the same
//! check of the token, the same JSON. What the gateway takes beyond it is the price of GraphQL, of its limits and of
//! being looked after.

mod today;
mod view;

use std::{process::Command, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
    serve::ListenerExt as _,
};
use coach_domain::{catalogue, clock::SystemClock, database::Pool};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    database,
    settings::{Settings, Sources},
};
use tokio::net::TcpListener;

use crate::{
    cli::ServePeerOptions,
    service::{self, Service},
    stage::Stage,
};

/// What all requests share.
struct Shared {
    pool: Pool,
    catalogue: catalogue::Cache,
    authenticator: Authenticator,
}

/// Starts it as a process of its own, so that what it uses can be told from what we use.
pub(crate) async fn start(name: &'static str, stage: &Stage) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("serve-peer")
        .args(["--listen", &address.to_string()])
        .args(["--database-url", &stage.database_url])
        .arg("--issuer")
        .arg(&stage.home)
        .env_clear();
    Service::start(name, address, command, &stage.home).await
}

/// Serves until it is ended, with the gateway's own settings for its pool.
pub(crate) async fn serve(options: &ServePeerOptions) -> anyhow::Result<()> {
    let settings = Settings::load(&Sources::default())?;
    let issuer = LocalIssuer::open(&options.issuer)?;
    let shared = Shared {
        pool: database::pool(&options.database_url, &settings)?,
        catalogue: catalogue::Cache::default(),
        authenticator: Authenticator::local(&issuer, &settings.auth, Arc::new(SystemClock)),
    };
    shared.catalogue.get(&shared.pool).await?;
    let router = Router::new()
        .route("/graphql", post(answer))
        .route("/health/ready", get(async || "ready"))
        .with_state(Arc::new(shared));
    let listener = TcpListener::bind(options.listen).await?;
    let listener = listener.tap_io(|stream| {
        // As the gateway does.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

/// The body, which names the operation to the gateway, is read and not looked at.
async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, _: Bytes) -> Response {
    let Ok(viewer) = shared.authenticator.authenticate(&headers).await else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Some(subject) = viewer.subject() else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let answered = async {
        let found = today::load(&shared.pool, &shared.catalogue, subject).await?;
        anyhow::Ok(serde_json::to_vec(&view::Body::of(&found))?)
    };
    match answered.await {
        Ok(body) => {
            let media = "application/graphql-response+json; charset=utf-8";
            ([(CONTENT_TYPE, media)], body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
