//! A partner that accepts every record. If it did not, the delays between attempts would grow with each receive, up to
//! hours, and receives that ended in a kill count too.

use std::net::Ipv4Addr;

use axum::{Router, http::StatusCode, routing::post};
use serde_json::json;
use tokio::net::TcpListener;

/// Any valid secret: this partner does not verify signatures.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Starts a partner that runs until the campaign ends. Returns the setting of the processes for it.
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
