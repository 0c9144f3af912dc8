//! What workers talk to: a partner that takes everything, and a server that takes connections and says nothing.

use std::net::{Ipv4Addr, SocketAddr};

use axum::{Router, http::StatusCode, routing::post};
use coach_domain::queue::QueueName;
use serde_json::json;
use tokio::net::TcpListener;

/// Any: nobody looks at what is signed.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Takes records; tells where.
pub(crate) async fn partner() -> anyhow::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/", post(async || StatusCode::NO_CONTENT));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

/// Takes connections, and never says anything on them.
pub(crate) async fn listen() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
        }
    });
    Ok(address)
}

/// The setting that names one partner.
pub(crate) fn partners(url: &str) -> String {
    json!([{ "name": "acme", "url": url, "secret": SECRET, "allow_private": true }]).to_string()
}

/// The settings of SQS at an address.
pub(crate) fn queue(address: &SocketAddr) -> Vec<(&'static str, String)> {
    let endpoint = format!("http://{address}");
    let names = QueueName::CONSUMED.map(|queue| format!("{queue}={endpoint}/000000000000/{queue}"));
    vec![
        ("COACH_QUEUE", "sqs".to_owned()),
        ("COACH_QUEUE_ADDRESSES", names.join(",")),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
    ]
}
