//! The routes.

mod answer;
mod body;
mod documents;
mod graphiql;
mod graphql;
mod health;
mod media;
mod observe;
mod params;
mod refusal;
mod request_id;
mod state;

use axum::{
    Router,
    http::{HeaderName, Method, header},
    middleware,
    response::IntoResponse,
    routing::get,
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
    cors::{Any, CorsLayer},
};

use self::refusal::Refusal;
pub use self::{graphiql::FIRST_QUERY, state::AppState};

/// Smaller answers do not get smaller.
const COMPRESSED_FROM: u64 = 1024;

/// All routes of the gateway.
pub fn router(state: AppState) -> Router {
    let public = Router::new()
        .route("/graphql", get(graphql::graphql).post(graphql::graphql))
        .route("/schema.graphql", get(documents::schema))
        .route("/.well-known/jwks.json", get(documents::key_set))
        .layer(cors());
    Router::new()
        // Not for other sites: the page may hold a token.
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{asset}", get(graphiql::asset))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .merge(public)
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            Refusal::method_not_allowed("this address does not know this method").into_response()
        })
        .with_state(state)
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(SizeAbove::new(COMPRESSED_FROM)),
        )
        .layer(middleware::from_fn(observe::observe))
}

/// Any site may ask, with a token that it has: there are no cookies that browsers would add by themselves.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("x-api-key"),
            request_id::REQUEST_ID,
        ])
        .expose_headers([request_id::REQUEST_ID])
        .max_age(std::time::Duration::from_hours(1))
}
