//! A partner that takes every record: with one that does not, the waits between tries grow with each receive, to hours,
//! and receives that ended in a kill count too.

use std::net::Ipv4Addr;

use axum::{Router, http::StatusCode, routing::post};
use serde_json::json;
use tokio::net::TcpListener;

/// Any: what is signed is not looked at here.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Starts one, which is there until the campaign ends. Tells what processes are told of it.
pub(crate) async fn start() -> anyhow::Result<(&'static str, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/records", listener.local_addr()?);
    let router = Router::new().route("/records", post(async || StatusCode::NO_CONTENT));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let partners = json!([
        { "name": "acme", "url": url, "secret": SECRET, "allow_private": true },
    ]);
    Ok(("COACH_PARTNERS", partners.to_string()))
}
