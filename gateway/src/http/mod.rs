//! The HTTP routes, their middleware and handlers.

mod admission;
mod body;
mod conditional;
mod console;
mod cors;
mod discovery;
mod error;
mod graphiql;
mod graphql;
mod health;
mod json_object;
mod live;
mod lone_surrogate;
mod mailbox;
mod media_type;
mod meter;
mod observe;
mod params;
mod request_id;
mod response;
mod sampling;
mod server_timing;
mod sign_in;
mod state;
#[cfg(test)]
mod tests;
mod unsubscribe;
mod webhook;

use axum::{
    Router,
    http::header,
    middleware,
    routing::{get, post},
};
use coach_domain::database::Pool;
use coach_domain::live::StatusFileReader;
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};

use self::error::HttpError;
use crate::{database_schema::DatabaseSchema, telemetry};

pub(crate) use self::admission::{is_monitoring_path, overloaded, reject_invalid_host};
pub use self::{graphiql::FIRST_QUERY, observe::Statements, state::AppState};

/// The size in bytes from which responses are compressed. Compression does not make smaller ones smaller.
const MIN_COMPRESSED_BYTES: u64 = 1024;

/// All routes of the gateway.
pub fn router(state: AppState) -> Router {
    meter::start();
    coach_domain::tally::start();
    // Without the layers, each of which allocates for every request: the endpoint does what they do.
    let graphql = Router::new()
        .route("/graphql", graphql::endpoint(&state, "/graphql"))
        // Some clients append a slash when they join URLs.
        .route("/graphql/", graphql::endpoint(&state, "/graphql/"));
    let public = Router::new()
        .route("/schema.graphql", get(discovery::schema))
        .route("/live/status.schema.json", get(live::schema))
        .route("/.well-known/jwks.json", get(discovery::key_set))
        .method_not_allowed_fallback(method_not_allowed)
        // Shared as well, so that a page which requests a wrong URL can read the 404.
        .fallback(async || HttpError::not_found())
        .layer(middleware::from_fn(cors::share));
    let dev = if state.shared().mailbox.is_some() {
        Router::new()
            .route("/dev/mail", get(mailbox::list))
            .route("/dev/mail/{name}", get(mailbox::show))
            .route("/dev/mail/{name}/html", get(mailbox::show_html))
            .route(
                "/dev/mail/{name}/attachments/{place}",
                get(mailbox::download_attachment),
            )
    } else {
        Router::new()
    };
    let status_file = status_file(&state);
    let allowed_hosts = admission::AllowedHosts::from_state(&state);
    let router = Router::new()
        .merge(dev)
        .route("/internal/email", post(sign_in::accept_code))
        .route(
            "/unsubscribe",
            get(unsubscribe::show_confirmation).post(unsubscribe::withdraw),
        )
        .route("/webhooks/{source}", post(webhook::receive))
        .route("/webhooks/{source}/{secret}", post(webhook::receive))
        // Without CORS: the pages may contain a token.
        .route("/", get(graphiql::root))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/", get(graphiql::page))
        .route("/graphiql/{asset}", get(graphiql::asset))
        .route("/console", get(console::page))
        .route("/console/", get(console::page))
        .route("/console/{asset}", get(console::asset))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(method_not_allowed)
        .merge(public)
        .with_state(state.clone())
        .layer(compression())
        .layer(middleware::from_fn_with_state(state, observe::observe))
        .merge(graphql)
        // Merged after the layers, so that this route, the most requested of all, bypasses them.
        .merge(status_file);
    match allowed_hosts {
        Some(allowed_hosts) => router.layer(middleware::from_fn_with_state(
            allowed_hosts,
            admission::check_host,
        )),
        None => router,
    }
}

fn status_file(state: &AppState) -> Router {
    let objects = state.shared().app.objects.clone();
    let methods = get(live::status)
        .options(live::preflight)
        .fallback(method_not_allowed);
    Router::new()
        .route("/live/status.json", methods)
        .with_state(StatusFileReader::new(objects, live::Representation::new))
}

/// The routes of a process that runs workers alone: liveness, readiness and metrics.
pub fn worker_router(database: Pool) -> Router {
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::worker_ready))
        .route("/metrics", get(metrics))
        .fallback(async || HttpError::not_found())
        .with_state((database.clone(), DatabaseSchema::watch(database)))
}

/// `GET /metrics`, in the exposition format of Prometheus.
async fn metrics() -> impl axum::response::IntoResponse {
    (
        [(header::CONTENT_TYPE, telemetry::EXPOSITION_CONTENT_TYPE)],
        telemetry::exposition(),
    )
}

async fn method_not_allowed() -> HttpError {
    HttpError::method_not_allowed("this address does not know this method")
}

/// gzip at level 6 shrinks the 7,488 bytes of the `Today` response to 2,535. zstd would be faster, but HTTP libraries for
/// Node before 22.15 accept it and cannot decode it.
fn compression() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new()
        .quality(CompressionLevel::Default)
        .compress_when(SizeAbove::new(MIN_COMPRESSED_BYTES))
}
