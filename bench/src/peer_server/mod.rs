//! Servers in Rust that respond to Today as the gateway does, to be compared with it. All verify tokens with the gateway's
//! authenticator, have as many connections to Postgres, and keep the catalogue in memory unless they say otherwise.

mod bare;
mod json;
mod plain;
mod pool;
mod rows;
mod stock;
mod today;
mod view;
mod views;

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
use clap::{ValueEnum as _, builder::PossibleValue};
use coach_domain::{
    catalogue::{self, Catalogue},
    clock::SystemClock,
    viewer::{Subject, Viewer},
};
use coach_gateway::{
    auth::{Authenticator, LocalIssuer},
    database,
    settings::{Settings, Sources},
};
use tokio::net::TcpListener;

use crate::{
    cli::{RustPeer, ServePeerOptions},
    environment::Environment,
    service::{self, Service},
};

/// Responds to Today.
trait Peer: Send + Sync + 'static {
    /// The body of the response to the member with this subject. `request` is the body of the request.
    fn respond(
        &self,
        subject: &Subject,
        request: &[u8],
    ) -> impl Future<Output = anyhow::Result<Vec<u8>>> + Send;
}

/// The state that all requests share.
struct Shared<P> {
    peer: P,
    authenticator: Authenticator,
}

/// Starts a server as a separate process, so that its resource usage can be measured.
pub(crate) async fn start(
    name: &'static str,
    peer: RustPeer,
    environment: &Environment,
) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    let value = peer.to_possible_value();
    command
        .arg("serve-peer")
        .args(value.as_ref().map(PossibleValue::get_name))
        .args(["--listen", &address.to_string()])
        .args(["--database-url", &environment.database_url])
        .arg("--issuer")
        .arg(&environment.home)
        .env_clear();
    Service::start(name, address, command, &environment.home).await
}

/// Serves until the process is stopped, with the gateway's settings for the connection pool.
pub(crate) async fn serve(options: &ServePeerOptions) -> anyhow::Result<()> {
    let settings = Settings::load(&Sources::default())?;
    let issuer = LocalIssuer::open(&options.issuer)?;
    let authenticator = Authenticator::local(&issuer, &settings.auth, Arc::new(SystemClock));
    let url = &options.database_url;
    let router = match options.peer {
        RustPeer::Bare => {
            let db = database::pool(url, &settings)?;
            let catalogue = Arc::new(catalogue::load(&db).await?);
            router(bare::Bare { db, catalogue }, authenticator)
        }
        RustPeer::Plain => {
            let (db, catalogue) = (pool::connect(url)?, load_catalogue(url, &settings).await?);
            router(plain::Plain { db, catalogue }, authenticator)
        }
        RustPeer::Json => {
            let (db, catalogue) = (pool::connect(url)?, load_catalogue(url, &settings).await?);
            router(json::Json { db, catalogue }, authenticator)
        }
        RustPeer::Views => router(
            views::Views {
                db: pool::connect(url)?,
            },
            authenticator,
        ),
        RustPeer::Stock => {
            let (db, catalogue) = (pool::connect(url)?, load_catalogue(url, &settings).await?);
            router(stock::Stock::new(db, catalogue), authenticator)
        }
    };
    let listener = TcpListener::bind(options.listen).await?;
    let listener = listener.tap_io(|stream| {
        // Like the gateway.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

/// Loads the catalogue through a pool that is closed again.
async fn load_catalogue(url: &str, settings: &Settings) -> anyhow::Result<Arc<Catalogue>> {
    let db = database::pool(url, settings)?;
    let catalogue = catalogue::load(&db).await?;
    db.close().await;
    Ok(Arc::new(catalogue))
}

fn router<P: Peer>(peer: P, authenticator: Authenticator) -> Router {
    let shared = Shared {
        peer,
        authenticator,
    };
    Router::new()
        .route("/graphql", post(respond::<P>))
        .route("/health/ready", get(async || "ready"))
        .with_state(Arc::new(shared))
}

async fn respond<P: Peer>(
    State(shared): State<Arc<Shared<P>>>,
    headers: HeaderMap,
    request: Bytes,
) -> Response {
    let viewer = shared.authenticator.authenticate(&headers).await.ok();
    let Some(subject) = viewer.as_ref().and_then(Viewer::subject) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match shared.peer.respond(subject, &request).await {
        Ok(body) => {
            let media = "application/graphql-response+json; charset=utf-8";
            ([(CONTENT_TYPE, media)], body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
