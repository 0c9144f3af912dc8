//! Liveness and readiness probes.

use coach_domain::database::{Pool, ServerState};
use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::time::timeout;

use super::state::AppState;
use crate::{app, database_schema::DatabaseSchema};

/// The time limit of each readiness check.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// `GET /health/live`: always 200. It checks no dependency, because an outage of one would restart all processes.
pub(super) async fn live() -> Response {
    respond(StatusCode::OK, Json(json!({"status": "live"})))
}

/// `GET /health/ready`: whether this process should receive requests.
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let app = &state.shared().app;
    let database = is_writable(&app.database);
    let schema = is_schema_complete(&state.shared().schema, &app.database);
    // Usually cached in memory.
    let catalogue = timeout(CHECK_TIMEOUT, app::has_catalogue(app));
    let (database, schema, catalogue) = tokio::join!(database, schema, catalogue);
    let checks = [
        ("serving", !state.is_draining()),
        ("database", database),
        ("schema", schema),
        ("catalogue", matches!(catalogue, Ok(true))),
        ("credentials", state.shared().authenticator.is_ready()),
    ];
    report(&checks)
}

/// `GET /health/ready` of a process that runs workers alone.
pub(super) async fn worker_ready(
    State((database, schema)): State<(Pool, DatabaseSchema)>,
) -> Response {
    let (database, schema) = tokio::join!(
        is_writable(&database),
        is_schema_complete(&schema, &database)
    );
    report(&[("database", database), ("schema", schema)])
}

async fn is_schema_complete(schema: &DatabaseSchema, database: &Pool) -> bool {
    let is_complete = timeout(CHECK_TIMEOUT, schema.is_complete(database)).await;
    is_complete.unwrap_or(false)
}

/// Whether the database accepts writes. Behind a read-only server most requests would fail, so they should go to
/// another process.
async fn is_writable(database: &Pool) -> bool {
    let state = timeout(CHECK_TIMEOUT, database.server_state()).await;
    matches!(state, Ok(Ok(ServerState::Writable)))
}

fn report(checks: &[(&str, bool)]) -> Response {
    let (status, label) = if checks.iter().all(|(_, passed)| *passed) {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    let checks: serde_json::Value = checks.iter().copied().collect();
    respond(status, Json(json!({"status": label, "checks": checks})))
}

fn respond(status: StatusCode, body: Json<serde_json::Value>) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], body).into_response()
}
