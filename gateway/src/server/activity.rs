//! What a connection is doing, as far as it tells when it may be closed.

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

/// From the last sign that an answer gets on: longer than any request may take.
const STALLED: Duration = Duration::from_mins(1);

/// How long a connection may be silent.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, the first one's from the connection's begin on. With HTTP/2 for the first request.
    pub headers: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
}

/// Why a connection is closed by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// The head of a request did not arrive.
    Headers,
    /// There was no request.
    Idle,
    /// An answer was not read.
    Stalled,
}

impl Overdue {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Idle => "idle",
            Self::Stalled => "stalled",
        }
    }
}

/// Shared by a connection's stream, its requests, and whoever closes it.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests whose answers are not complete.
    running: usize,
    /// Since when something of a request's head has been there.
    receiving: Option<Instant>,
    /// When something was last done for a request; the connection's begin before the first one.
    since: Instant,
    /// Whether there was a request.
    is_used: bool,
    is_http2: bool,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            running: 0,
            receiving: None,
            since: Instant::now(),
            is_used: false,
            is_http2: false,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the connection will have been silent for too long, and in which way.
    pub(super) fn deadline(&self, patience: Patience) -> (Instant, Overdue) {
        let state = self.state();
        if state.running > 0 {
            (state.since + STALLED, Overdue::Stalled)
        } else if let Some(begun) = state.receiving {
            (begun + patience.headers, Overdue::Headers)
        } else if state.is_used {
            (state.since + patience.idle, Overdue::Idle)
        } else {
            (state.since + patience.headers, Overdue::Headers)
        }
    }

    /// Since when there has been no request and nothing of one.
    pub(super) fn quiet_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.running == 0 && state.receiving.is_none()).then_some(state.since)
    }

    /// Since when no request is worked on, and before that whether the first one, or a part of the next, is waited for:
    /// such a client misses its connection more than one that has had its answers.
    pub(super) fn expendable_since(&self) -> Option<(bool, Instant)> {
        let state = self.state();
        let is_awaited = state.receiving.is_some() || !state.is_used;
        let since = state.receiving.unwrap_or(state.since);
        (state.running == 0).then_some((is_awaited, since))
    }

    pub(super) fn is_http2(&self) -> bool {
        self.state().is_http2
    }

    /// The head of a request is there.
    pub(super) fn begin(self: &Arc<Self>, is_http2: bool) -> Running {
        let mut state = self.state();
        state.running += 1;
        state.receiving = None;
        state.since = Instant::now();
        state.is_used = true;
        state.is_http2 = is_http2;
        drop(state);
        Running(Arc::clone(self))
    }

    fn received(&self) {
        let mut state = self.state();
        // With HTTP/2 there is much besides requests, and no telling which.
        if state.running > 0 {
            state.since = Instant::now();
        } else if !state.is_http2 && state.receiving.is_none() {
            state.receiving = Some(Instant::now());
        }
    }

    fn sent(&self) {
        let mut state = self.state();
        // Answers to pings do not count.
        if !state.is_http2 {
            state.since = Instant::now();
        }
    }
}

/// A request from its head to the end of its answer.
#[derive(Debug)]
pub(super) struct Running(Arc<Activity>);

impl Running {
    fn goes_on(&self) {
        self.0.state().since = Instant::now();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        state.since = Instant::now();
    }
}

/// The stream of a connection, which tells what comes and goes.
pub(super) struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.received();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.tell(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.tell(written)
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

impl Watched {
    fn tell(&self, written: Poll<std::io::Result<usize>>) -> Poll<std::io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.activity.sent();
        }
        written
    }
}

/// The body of an answer, with which its request ends.
pub(super) struct Answering {
    body: axum::body::Body,
    running: Running,
}

impl Answering {
    pub(super) fn new(body: axum::body::Body, running: Running) -> Self {
        Self { body, running }
    }
}

impl Body for Answering {
    type Data = <axum::body::Body as Body>::Data;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.running.goes_on();
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
