//! Serves a single connection.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Response, Version, header::CONNECTION},
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::TcpStream,
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};
use tower_service::Service as _;

use super::{
    activity::{Activity, CloseReason, ConnectionTimeouts, TrackedBody, TrackedStream},
    meter,
    registry::ConnectionSlot,
};
use crate::http;

/// The interval of HTTP/2 pings, and the time limit for the reply.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How long an idle HTTP/2 connection stays open after GOAWAY, for requests that are already on their way.
const GOAWAY_TIMEOUT: Duration = Duration::from_secs(1);

/// The phase of the server's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Serving,
    /// Connections are still accepted; each response asks the client to close its connection.
    Draining,
    /// No connections are accepted, and those that have been idle for this long are closed.
    Closing(Duration),
}

/// The hyper builder for connections, which detects HTTP/1 or HTTP/2 by the first bytes.
pub(super) fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // A client that has shut down its sending half still waits for the response.
    builder.http1().half_close(true);
    // `Activity` has its own timeout for heads: hyper's starts after the first bytes, and runs between requests too.
    builder.http1().header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    builder
}

/// Serves connections with a router. Cloned for each connection.
#[derive(Clone)]
pub(super) struct ConnectionHandler {
    pub(super) builder: Arc<auto::Builder<TokioExecutor>>,
    pub(super) router: Router,
    pub(super) timeouts: ConnectionTimeouts,
    pub(super) phase: watch::Receiver<Phase>,
}

impl ConnectionHandler {
    /// Serves a connection until the client closes it, it times out, or it is evicted.
    pub(super) async fn run(
        self,
        stream: TcpStream,
        activity: Arc<Activity>,
        slot: ConnectionSlot,
    ) {
        // Responses are written at once: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let mut phase = self.phase.clone();
        let send_goaway = Arc::new(Notify::new());
        let io = TokioIo::new(TrackedStream::new(stream, Arc::clone(&activity)));
        let is_over_limit = slot.is_over_limit;
        let service = service_fn(|request: Request<Incoming>| {
            let is_http2 = request.version() == Version::HTTP_2;
            let request_guard = activity.start_request(is_http2);
            let (router, phase) = (self.router.clone(), self.phase.clone());
            let send_goaway = Arc::clone(&send_goaway);
            async move {
                let mut response = respond(router, request.map(Body::new), is_over_limit).await;
                if is_over_limit || *phase.borrow() != Phase::Serving {
                    if is_http2 {
                        send_goaway.notify_one();
                    } else {
                        let close = HeaderValue::from_static("close");
                        response.headers_mut().insert(CONNECTION, close);
                    }
                }
                Ok::<_, Infallible>(response.map(|body| TrackedBody::new(body, request_guard)))
            }
        });
        let mut connection = pin!(self.builder.serve_connection(io, service));
        let mut goaway_deadline = None;
        let (first_deadline, _) = activity.deadline(self.timeouts);
        let mut timer = pin!(sleep_until(first_deadline));
        loop {
            tokio::select! {
                biased;
                // Errors are ignored: the client disconnected or violated the protocol.
                _ = connection.as_mut() => return,
                Ok(()) = phase.changed() => {
                    if activity.is_http2() {
                        connection.as_mut().graceful_shutdown();
                    }
                }
                () = send_goaway.notified() => connection.as_mut().graceful_shutdown(),
                () = slot.evicted() => {
                    meter::count_closed(meter::BOUND);
                    return;
                }
                () = timer.as_mut() => {}
            }
            let (deadline, reason) = self.deadline(&activity, *phase.borrow());
            if deadline > Instant::now() {
                goaway_deadline = None;
                timer.as_mut().reset(deadline);
                continue;
            }
            match goaway_deadline {
                // After GOAWAY, wait for a request that the client may have sent before it received the frame.
                None if activity.is_http2() && reason == CloseReason::Idle => {
                    connection.as_mut().graceful_shutdown();
                    let until = Instant::now() + GOAWAY_TIMEOUT;
                    goaway_deadline = Some(until);
                    timer.as_mut().reset(until);
                }
                Some(until) if until > Instant::now() => timer.as_mut().reset(until),
                _ => {
                    meter::count_closed(reason.as_str());
                    tracing::debug!(reason = reason.as_str(), "closed a connection");
                    return;
                }
            }
        }
    }

    /// The deadline by the timeouts, or an earlier one while the server closes.
    fn deadline(&self, activity: &Activity, phase: Phase) -> (Instant, CloseReason) {
        let by_timeout = activity.deadline(self.timeouts);
        match (phase, activity.idle_since()) {
            (Phase::Closing(max_idle), Some(since)) if since + max_idle < by_timeout.0 => {
                (since + max_idle, CloseReason::Idle)
            }
            _ => by_timeout,
        }
    }
}

async fn respond(
    mut router: Router,
    request: Request<Body>,
    is_over_limit: bool,
) -> Response<axum::body::Body> {
    if let Some(error) = http::reject_invalid_host(&request) {
        return error;
    }
    if is_over_limit && !http::is_monitoring_path(request.uri().path()) {
        return http::overloaded();
    }
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
