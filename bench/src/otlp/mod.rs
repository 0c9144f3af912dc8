//! A receiver of telemetry that throws it away, and counts.

mod spans;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
    routing::post,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Listens until it is dropped.
pub(crate) struct Receiver {
    address: SocketAddr,
    tally: Arc<Tally>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Tally {
    spans: AtomicU64,
    exports: AtomicU64,
    bytes: AtomicU64,
}

/// What has come so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) spans: u64,
    /// Requests, for traces, metrics and logs together.
    pub(crate) exports: u64,
    pub(crate) bytes: u64,
}

impl Received {
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            spans: self.spans - earlier.spans,
            exports: self.exports - earlier.exports,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

impl Receiver {
    /// On a port of its own.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let tally = Arc::<Tally>::default();
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(others))
            .route("/v1/logs", post(others))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&tally));
        let server = tokio::spawn(async move {
            // Never ends by itself.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            tally,
            server,
        })
    }

    /// For `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Received {
        let Tally {
            spans,
            exports,
            bytes,
        } = &*self.tally;
        Received {
            spans: spans.load(Relaxed),
            exports: exports.load(Relaxed),
            bytes: bytes.load(Relaxed),
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn traces(tally: State<Arc<Tally>>, body: Bytes) -> impl IntoResponse {
    tally.spans.fetch_add(spans::count(&body), Relaxed);
    others(tally, body).await
}

/// An empty answer is one that takes everything.
async fn others(State(tally): State<Arc<Tally>>, body: Bytes) -> impl IntoResponse {
    tally.exports.fetch_add(1, Relaxed);
    tally.bytes.fetch_add(body.len() as u64, Relaxed);
    [(CONTENT_TYPE, "application/x-protobuf")]
}

#[cfg(test)]
mod tests {
    use super::{Received, Receiver};

    #[tokio::test]
    async fn what_comes_is_counted() {
        let receiver = Receiver::start().await.unwrap();
        let client = reqwest::Client::new();
        // One span without fields.
        for (signal, body) in [
            ("traces", vec![10, 4, 18, 2, 18, 0]),
            ("metrics", vec![0; 10]),
        ] {
            let url = format!("{}/v1/{signal}", receiver.endpoint());
            let answer = client.post(url).body(body).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert!(answer.bytes().await.unwrap().is_empty());
        }
        let wanted = Received {
            spans: 1,
            exports: 2,
            bytes: 16,
        };
        assert_eq!(receiver.received(), wanted);
    }
}
