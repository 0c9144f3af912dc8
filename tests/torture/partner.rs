//! A partner that takes records, and now and then says that it cannot.

use std::{
    collections::HashSet,
    net::Ipv4Addr,
    sync::{Mutex, PoisonError},
};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode},
    routing::post,
};
use serde_json::json;
use tokio::net::TcpListener;

/// Any: what is signed is not looked at here.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// One in so many records is not taken at first: asked again, which is after ten seconds, it is.
const BUSY_IN: usize = 8;

static SEEN: Mutex<Option<HashSet<HeaderValue>>> = Mutex::new(None);

/// Starts one, which is there until the campaign ends. Tells what processes are told of it.
pub(crate) async fn start() -> anyhow::Result<(&'static str, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/records", listener.local_addr()?);
    let router = Router::new().route("/records", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let partners = json!([
        { "name": "acme", "url": url, "secret": SECRET, "allow_private": true },
    ]);
    Ok(("COACH_PARTNERS", partners.to_string()))
}

async fn take(headers: HeaderMap) -> StatusCode {
    let Some(id) = headers.get("webhook-id") else {
        return StatusCode::BAD_REQUEST;
    };
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = seen.get_or_insert_default();
    if seen.insert(id.clone()) && seen.len().is_multiple_of(BUSY_IN) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::NO_CONTENT
    }
}
