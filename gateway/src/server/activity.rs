//! Tracks the activity of a connection, which decides when it is closed.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};

/// The time limit without progress of a response. Longer than any request may take.
const STALL_TIMEOUT: Duration = Duration::from_mins(1);

/// How long a connection may be inactive.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionTimeouts {
    /// For receiving the head of a request; for the first request, measured from when the connection was accepted. With
    /// HTTP/2 it applies to the first request only.
    pub headers: Duration,
    /// Between a response and the next request.
    pub idle: Duration,
}

/// Why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CloseReason {
    /// The head of a request did not arrive in time.
    Headers,
    /// There was no further request.
    Idle,
    /// A response made no progress, usually because the client does not read it.
    Stalled,
}

impl CloseReason {
    pub(super) const ALL: [Self; 3] = [Self::Headers, Self::Idle, Self::Stalled];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Idle => "idle",
            Self::Stalled => "stalled",
        }
    }
}

/// The activity of a connection. Shared by its stream, its requests, and the task that closes it.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// The number of requests whose responses are not complete.
    active_requests: usize,
    /// When the first bytes of a request's head arrived; `None` between requests.
    receiving_since: Option<Instant>,
    /// When a request last made progress; before the first request, when the connection was accepted.
    last_activity: Instant,
    /// Whether there has been a request.
    has_had_request: bool,
    is_http2: bool,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            active_requests: 0,
            receiving_since: None,
            last_activity: Instant::now(),
            has_had_request: false,
            is_http2: false,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the connection is to be closed if nothing happens until then, and why.
    pub(super) fn deadline(&self, timeouts: ConnectionTimeouts) -> (Instant, CloseReason) {
        let state = self.state();
        if state.active_requests > 0 {
            (state.last_activity + STALL_TIMEOUT, CloseReason::Stalled)
        } else if let Some(since) = state.receiving_since {
            (since + timeouts.headers, CloseReason::Headers)
        } else if state.has_had_request {
            (state.last_activity + timeouts.idle, CloseReason::Idle)
        } else {
            (state.last_activity + timeouts.headers, CloseReason::Headers)
        }
    }

    /// Since when there has been neither a request nor a part of one; `None` if there is one.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.active_requests == 0 && state.receiving_since.is_none())
            .then_some(state.last_activity)
    }

    /// The rank for eviction, lowest first; `None` while a request is in progress. Evicted first are connections that are
    /// idle between requests, then those whose request has not arrived completely; among equals, the one that has
    /// waited longest.
    pub(super) fn eviction_rank(&self) -> Option<(bool, Instant)> {
        let state = self.state();
        let is_expecting_request = state.receiving_since.is_some() || !state.has_had_request;
        let since = state.receiving_since.unwrap_or(state.last_activity);
        (state.active_requests == 0).then_some((is_expecting_request, since))
    }

    pub(super) fn is_http2(&self) -> bool {
        self.state().is_http2
    }

    /// Records that the head of a request has arrived. The request is active until the guard is dropped.
    pub(super) fn start_request(self: &Arc<Self>, is_http2: bool) -> RequestGuard {
        let mut state = self.state();
        state.active_requests += 1;
        state.receiving_since = None;
        state.last_activity = Instant::now();
        state.has_had_request = true;
        state.is_http2 = is_http2;
        drop(state);
        RequestGuard(Arc::clone(self))
    }

    fn record_received(&self) {
        let mut state = self.state();
        if state.active_requests > 0 {
            state.last_activity = Instant::now();
        // With HTTP/2 there are other frames than those of requests, which cannot be told apart here.
        } else if !state.is_http2 && state.receiving_since.is_none() {
            state.receiving_since = Some(Instant::now());
        }
    }

    fn record_sent(&self) {
        let mut state = self.state();
        // With HTTP/2 this may be the reply to a ping.
        if !state.is_http2 {
            state.last_activity = Instant::now();
        }
    }
}

/// An active request: from its head to the end of its response.
#[derive(Debug)]
pub(super) struct RequestGuard(Arc<Activity>);

impl RequestGuard {
    fn record_progress(&self) {
        self.0.state().last_activity = Instant::now();
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.active_requests -= 1;
        state.last_activity = Instant::now();
    }
}

/// The stream of a connection, which records reads and writes in the activity.
pub(super) struct TrackedStream {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl TrackedStream {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl AsyncRead for TrackedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.record_received();
        }
        read
    }
}

impl AsyncWrite for TrackedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.record_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.record_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl TrackedStream {
    fn record_write(&self, written: Poll<std::io::Result<usize>>) -> Poll<std::io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.activity.record_sent();
        }
        written
    }
}

/// The body of a response. Its request ends when it is dropped.
pub(super) struct TrackedBody {
    body: axum::body::Body,
    request: RequestGuard,
}

impl TrackedBody {
    pub(super) fn new(body: axum::body::Body, request: RequestGuard) -> Self {
        Self { body, request }
    }
}

impl Body for TrackedBody {
    type Data = <axum::body::Body as Body>::Data;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.request.record_progress();
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
