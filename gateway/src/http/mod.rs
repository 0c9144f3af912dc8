//! The routes.

mod admission;
mod answer;
mod body;
mod conditional;
mod documents;
mod graphiql;
mod graphql;
mod half_pair;
mod health;
mod live;
mod mailbox;
mod media;
mod meter;
mod object;
mod observe;
mod params;
mod refusal;
mod request_id;
mod sign_in;
mod state;
#[cfg(test)]
mod tests;
mod unsubscribe;
mod webhook;

use axum::{
    Router,
    http::{Method, header},
    middleware,
    routing::{get, post},
};
use coach_domain::database::Pool;
use coach_domain::live::StatusFile;
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
    cors::{AllowHeaders, Any, CorsLayer},
};

use self::refusal::Refusal;
use crate::{schema::Schema, telemetry};

pub(crate) use self::admission::{is_upkeep, overloaded, refuse_host};
pub use self::{graphiql::FIRST_QUERY, observe::Statements, state::AppState};

/// Smaller answers do not get smaller.
const COMPRESSED_FROM: u64 = 1024;

/// All routes of the gateway.
pub fn router(state: AppState) -> Router {
    // Before the layer, which answers what browsers ask before they send something.
    let public = Router::new()
        .route("/graphql", get(graphql::graphql).post(graphql::graphql))
        // Clients that put addresses together end with it.
        .route("/graphql/", get(graphql::graphql).post(graphql::graphql))
        .route("/schema.graphql", get(documents::schema))
        .route("/live/status.schema.json", get(live::schema))
        .route("/.well-known/jwks.json", get(documents::key_set))
        .method_not_allowed_fallback(unknown_method)
        // Within the layer too, so that whoever mistypes an address in a page sees what is wrong.
        .fallback(async || Refusal::not_found())
        .layer(cors());
    let dev = if state.mailbox().is_some() {
        Router::new()
            .route("/dev/mail", get(mailbox::list))
            .route("/dev/mail/{name}", get(mailbox::show))
            .route("/dev/mail/{name}/html", get(mailbox::html))
            .route(
                "/dev/mail/{name}/attachments/{place}",
                get(mailbox::attachment),
            )
    } else {
        Router::new()
    };
    let status_file = status_file(&state);
    let allowed = admission::Allowed::of(&state);
    let router = Router::new()
        .merge(dev)
        .route("/internal/email", post(sign_in::hand_in))
        .route(
            "/unsubscribe",
            get(unsubscribe::ask).post(unsubscribe::withdraw),
        )
        .route("/webhooks/{source}", post(webhook::receive))
        .route("/webhooks/{source}/{secret}", post(webhook::receive))
        // Not for other sites: the page may hold a token.
        .route("/", get(graphiql::front_door))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/", get(graphiql::page))
        .route("/graphiql/{asset}", get(graphiql::asset))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(unknown_method)
        .merge(public)
        .with_state(state.clone())
        .layer(
            // gzip 6 and zstd 3. Of Today's 7,488 bytes they leave 2,535 and 2,614, in 0.28 and 0.06 ms; the fastest
            // gzip leaves 2,986, in 0.11 ms.
            CompressionLayer::new()
                .quality(CompressionLevel::Default)
                .compress_when(SizeAbove::new(COMPRESSED_FROM)),
        )
        .layer(middleware::from_fn_with_state(state, observe::observe))
        // After the layers: asked more often than all else, it goes past them.
        .merge(status_file);
    match allowed {
        Some(allowed) => router.layer(middleware::from_fn_with_state(
            allowed,
            admission::check_name,
        )),
        None => router,
    }
}

fn status_file(state: &AppState) -> Router {
    let objects = state.shared().app.services.objects.clone();
    let methods = get(live::status)
        .options(live::preflight)
        .fallback(unknown_method);
    Router::new()
        .route("/live/status.json", methods)
        .with_state(StatusFile::new(objects, live::Served::new))
}

/// What a process that only works answers: whether it lives, whether it reaches the database, and metrics.
pub fn of_worker(database: Pool) -> Router {
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::worker_ready))
        .route("/metrics", get(metrics))
        .fallback(async || Refusal::not_found())
        .with_state((database.clone(), Schema::watch(database)))
}

/// For Prometheus.
async fn metrics() -> impl axum::response::IntoResponse {
    (
        [(header::CONTENT_TYPE, telemetry::EXPOSITION)],
        telemetry::exposition(),
    )
}

async fn unknown_method() -> Refusal {
    Refusal::method_not_allowed("this address does not know this method")
}

/// Any site may ask, with a token that it has: there are no cookies that browsers would add by themselves. So it may send
/// any headers too, of tracing, caching and client awareness, which nobody could list.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            request_id::REQUEST_ID,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
        ])
        .max_age(std::time::Duration::from_hours(1))
}
