//! An OTLP receiver that discards telemetry and only counts it.

mod spans;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::header::{CONTENT_TYPE, HeaderName},
    response::IntoResponse,
    routing::post,
};

use crate::stub;

/// A running receiver.
pub(crate) struct Receiver {
    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) endpoint: String,
    received: Arc<Mutex<Received>>,
}

/// The telemetry received so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) spans: u64,
    /// Export requests, for traces, metrics and logs together.
    pub(crate) exports: u64,
    pub(crate) bytes: u64,
}

impl Receiver {
    /// Starts a receiver on a free port.
    pub(crate) async fn start() -> io::Result<Self> {
        let received = Arc::<Mutex<Received>>::default();
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(others))
            .route("/v1/logs", post(others))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&received));
        let endpoint = stub::serve(router).await?;
        Ok(Self { endpoint, received })
    }

    /// What was received since the last call.
    pub(crate) fn take(&self) -> Received {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *received)
    }
}

async fn traces(received: State<Arc<Mutex<Received>>>, body: Bytes) -> impl IntoResponse {
    record(&received, spans::count(&body), &body)
}

async fn others(received: State<Arc<Mutex<Received>>>, body: Bytes) -> impl IntoResponse {
    record(&received, 0, &body)
}

/// Responds with an empty message, which means that everything was accepted.
fn record(received: &Mutex<Received>, spans: u64, body: &[u8]) -> [(HeaderName, &'static str); 1] {
    let mut received = received.lock().unwrap_or_else(PoisonError::into_inner);
    received.spans += spans;
    received.exports += 1;
    received.bytes += body.len() as u64;
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
            let url = format!("{}/v1/{signal}", receiver.endpoint);
            let response = client.post(url).body(body).send().await.unwrap();
            assert_eq!(response.status(), 200);
            assert!(response.bytes().await.unwrap().is_empty());
        }
        let wanted = Received {
            spans: 1,
            exports: 2,
            bytes: 16,
        };
        assert_eq!(receiver.take(), wanted);
    }
}
