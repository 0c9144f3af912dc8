//! A minimal server that responds to Today without GraphQL: the same rows by the same functions of the domain, the same
//! verification of the token, the same JSON. The difference to the gateway is the cost of GraphQL, limits and
//! observability.

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
use coach_domain::{catalogue, clock::SystemClock, database::Pool, viewer::Viewer};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    database,
    settings::{Settings, Sources},
};
use tokio::net::TcpListener;

use crate::{
    cli::ServeBareOptions,
    environment::Environment,
    service::{self, Service},
};

/// The state that all requests share.
struct Shared {
    pool: Pool,
    catalogue: catalogue::Cache,
    authenticator: Authenticator,
}

/// Starts the server as a separate process, so that its resource usage can be measured.
pub(crate) async fn start(environment: &Environment) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("serve-bare")
        .args(["--listen", &address.to_string()])
        .args(["--database-url", &environment.database_url])
        .arg("--issuer")
        .arg(&environment.home)
        .env_clear();
    Service::start("bare server", address, command, &environment.home).await
}

/// Serves until the process is stopped, with the gateway's settings for the connection pool.
pub(crate) async fn serve(options: &ServeBareOptions) -> anyhow::Result<()> {
    let settings = Settings::load(&Sources::default())?;
    let issuer = LocalIssuer::open(&options.issuer)?;
    let shared = Shared {
        pool: database::pool(&options.database_url, &settings)?,
        catalogue: catalogue::Cache::default(),
        authenticator: Authenticator::local(&issuer, &settings.auth, Arc::new(SystemClock)),
    };
    shared.catalogue.get(&shared.pool).await?;
    let router = Router::new()
        .route("/graphql", post(respond_with_today))
        .route("/health/ready", get(async || "ready"))
        .with_state(Arc::new(shared));
    let listener = TcpListener::bind(options.listen).await?;
    let listener = listener.tap_io(|stream| {
        // Like the gateway.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

/// Loads Today. The body of the request is read but ignored.
async fn respond_with_today(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    _: Bytes,
) -> Response {
    let viewer = shared.authenticator.authenticate(&headers).await.ok();
    let Some(subject) = viewer.as_ref().and_then(Viewer::subject) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let response = async {
        let today = today::load(&shared.pool, &shared.catalogue, subject).await?;
        anyhow::Ok(serde_json::to_vec(&view::Body::of(&today))?)
    };
    match response.await {
        Ok(body) => {
            let media = "application/graphql-response+json; charset=utf-8";
            ([(CONTENT_TYPE, media)], body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
