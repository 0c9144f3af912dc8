//! Stubs of external services: a partner that accepts every record, and a server that accepts connections and never
//! responds.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use axum::{Router, http::StatusCode, routing::post};
use coach_domain::queue::QueueName;
use serde_json::json;
use tokio::net::TcpListener;

/// Any valid secret: the stub does not verify signatures.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Starts a server on a free port, which runs until the end of the process, and returns its URL.
pub(crate) async fn serve(router: Router) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(url)
}

/// Starts a partner that accepts every record, and returns its URL.
pub(crate) async fn start_partner() -> io::Result<String> {
    serve(Router::new().route("/", post(async || StatusCode::NO_CONTENT))).await
}

/// Starts a server that accepts connections and never responds, and returns its address.
pub(crate) async fn start_unresponsive() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            connections.push(connection);
        }
    });
    Ok(address)
}

/// The value of `COACH_PARTNERS` for one partner.
pub(crate) fn partner_setting(url: &str) -> String {
    json!([{ "name": "acme", "url": url, "secret": SECRET, "allow_private": true }]).to_string()
}

/// The settings for SQS at this address.
pub(crate) fn sqs_settings(address: &SocketAddr) -> Vec<(&'static str, String)> {
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
