//! One connection, from its begin to its end.

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
    activity::{Activity, Answering, Overdue, Patience, Watched},
    crowd::Seat,
    meter,
};
use crate::http;

/// Between questions whether a client with HTTP/2 is still there, and for its answer.
const PING: Duration = Duration::from_secs(20);

/// For a client with HTTP/2 to go when it was told to.
const GOODBYE: Duration = Duration::from_secs(1);

/// What a server does for its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Serving,
    /// Answers say that the connection ends with them, and new ones are taken.
    Draining,
    /// None are taken any more, and those without requests for so long are closed.
    Closing(Duration),
}

/// What serves connections, for both versions of HTTP: the first bytes tell which one the client means.
pub(super) fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Who has shut down the sending half waits for the answer all the same.
    builder.http1().half_close(true);
    // The time for heads is ours to watch: that of hyper's begins behind the first bytes, and runs between requests.
    builder.http1().header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// What a connection is served with.
#[derive(Clone)]
pub(super) struct Serving {
    pub(super) builder: Arc<auto::Builder<TokioExecutor>>,
    pub(super) router: Router,
    pub(super) patience: Patience,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Serving {
    /// Serves a connection until one of both sides closes it, or it is silent for too long.
    pub(super) async fn run(self, stream: TcpStream, activity: Arc<Activity>, seat: Seat) {
        // Answers are written whole: waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let mut phase = self.phase.clone();
        let say_goodbye = Arc::new(Notify::new());
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
        let is_beyond = seat.is_beyond;
        let service = service_fn(|request: Request<Incoming>| {
            let is_http2 = request.version() == Version::HTTP_2;
            let running = activity.begin(is_http2);
            let (router, phase) = (self.router.clone(), self.phase.clone());
            let say_goodbye = Arc::clone(&say_goodbye);
            async move {
                let mut response = answer(router, request.map(Body::new), is_beyond).await;
                if is_beyond || *phase.borrow() != Phase::Serving {
                    if is_http2 {
                        say_goodbye.notify_one();
                    } else {
                        let close = HeaderValue::from_static("close");
                        response.headers_mut().insert(CONNECTION, close);
                    }
                }
                Ok::<_, Infallible>(response.map(|body| Answering::new(body, running)))
            }
        });
        let mut connection = pin!(self.builder.serve_connection(io, service));
        let mut last_call = None;
        let (first, _) = activity.deadline(self.patience);
        let mut timer = pin!(sleep_until(first));
        loop {
            tokio::select! {
                biased;
                // An error is the client's, who is gone or makes no sense.
                _ = connection.as_mut() => return,
                Ok(()) = phase.changed() => {
                    if activity.is_http2() {
                        connection.as_mut().graceful_shutdown();
                    }
                }
                () = say_goodbye.notified() => connection.as_mut().graceful_shutdown(),
                () = seat.given_up() => {
                    meter::closed("bound");
                    return;
                }
                () = timer.as_mut() => {}
            }
            let (deadline, overdue) = self.deadline(&activity, *phase.borrow());
            if deadline > Instant::now() {
                last_call = None;
                timer.as_mut().reset(deadline);
                continue;
            }
            match last_call {
                // One that is told may have sent a request before it hears of it.
                None if activity.is_http2() && overdue == Overdue::Idle => {
                    connection.as_mut().graceful_shutdown();
                    let until = Instant::now() + GOODBYE;
                    last_call = Some(until);
                    timer.as_mut().reset(until);
                }
                Some(until) if until > Instant::now() => timer.as_mut().reset(until),
                _ => {
                    meter::closed(overdue.as_str());
                    tracing::debug!(reason = overdue.as_str(), "closed a connection");
                    return;
                }
            }
        }
    }

    fn deadline(&self, activity: &Activity, phase: Phase) -> (Instant, Overdue) {
        let by_patience = activity.deadline(self.patience);
        match (phase, activity.quiet_since()) {
            (Phase::Closing(quiet), Some(since)) if since + quiet < by_patience.0 => {
                (since + quiet, Overdue::Idle)
            }
            _ => by_patience,
        }
    }
}

async fn answer(
    mut router: Router,
    request: Request<Body>,
    is_beyond: bool,
) -> Response<axum::body::Body> {
    if let Some(refused) = http::refuse_host(&request) {
        return refused;
    }
    if is_beyond && !http::is_upkeep(request.uri().path()) {
        return http::overloaded();
    }
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
