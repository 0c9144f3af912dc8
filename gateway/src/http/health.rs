//! Whether this process lives, and whether it is of use.

use coach_domain::database::{Pool, ServerState};
use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::time::timeout;

use super::state::AppState;
use crate::{app, schema::Schema};

const DATABASE_WITHIN: Duration = Duration::from_secs(1);

/// `GET /health/live`: no questions asked, the database least of all, or its failure would restart everyone.
pub(super) async fn live() -> Response {
    respond(StatusCode::OK, Json(json!({"status": "live"})))
}

/// `GET /health/ready`: whether requests should be sent here.
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let app = &state.shared().app;
    let database = writable(&app.database);
    let schema = complete(&state.shared().schema, &app.database);
    // Held in memory as a rule.
    let catalogue = timeout(DATABASE_WITHIN, app::has_catalogue(app));
    let (database, schema, catalogue) = tokio::join!(database, schema, catalogue);
    let checks = [
        ("serving", !state.is_draining()),
        ("database", database),
        ("schema", schema),
        ("catalogue", matches!(catalogue, Ok(true))),
        ("credentials", state.shared().authenticator.is_ready()),
    ];
    answer(checks)
}

/// `GET /health/ready` of a process that only works.
pub(super) async fn worker_ready(State((database, schema)): State<(Pool, Schema)>) -> Response {
    let (database, schema) = tokio::join!(writable(&database), complete(&schema, &database));
    answer([("database", database), ("schema", schema)])
}

async fn complete(schema: &Schema, database: &Pool) -> bool {
    let complete = timeout(DATABASE_WITHIN, schema.is_complete(database)).await;
    complete.unwrap_or(false)
}

/// A server that takes no changes serves nobody for long: requests are to go where there is another.
async fn writable(database: &Pool) -> bool {
    let state = timeout(DATABASE_WITHIN, database.server_state()).await;
    matches!(state, Ok(Ok(ServerState::Writable)))
}

fn answer<const N: usize>(checks: [(&'static str, bool); N]) -> Response {
    let (status, word) = if checks.iter().all(|(_, passed)| *passed) {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    let checks: serde_json::Map<_, _> = checks
        .into_iter()
        .map(|(name, passed)| (name.to_owned(), passed.into()))
        .collect();
    respond(status, Json(json!({"status": word, "checks": checks})))
}

fn respond(status: StatusCode, body: Json<serde_json::Value>) -> Response {
    let headers = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, body).into_response()
}
