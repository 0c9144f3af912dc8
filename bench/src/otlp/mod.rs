//! An OTLP receiver that discards telemetry and only counts it.

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

/// A running receiver, which stops when dropped.
pub(crate) struct Receiver {
    address: SocketAddr,
    counters: Arc<Counters>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counters {
    spans: AtomicU64,
    exports: AtomicU64,
    bytes: AtomicU64,
}

/// The telemetry received so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) spans: u64,
    /// Export requests, for traces, metrics and logs together.
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
    /// Starts a receiver on a free port.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let counters = Arc::<Counters>::default();
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(others))
            .route("/v1/logs", post(others))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&counters));
        let server = tokio::spawn(async move {
            // Runs until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            counters,
            server,
        })
    }

    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Received {
        let Counters {
            spans,
            exports,
            bytes,
        } = &*self.counters;
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

async fn traces(counters: State<Arc<Counters>>, body: Bytes) -> impl IntoResponse {
    counters.spans.fetch_add(spans::count(&body), Relaxed);
    others(counters, body).await
}

/// Responds with an empty message, which means that everything was accepted.
async fn others(State(counters): State<Arc<Counters>>, body: Bytes) -> impl IntoResponse {
    counters.exports.fetch_add(1, Relaxed);
    counters.bytes.fetch_add(body.len() as u64, Relaxed);
    [(CONTENT_TYPE, "application/x-protobuf")]
}

#[cfg(test)]
mod tests {
    use super::{Received, Receiver};

    #[tokio::test]
    async fn received_telemetry_is_counted() {
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
