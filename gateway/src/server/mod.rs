//! Accepts and serves connections, with timeouts, a limit and a graceful shutdown.

mod activity;
mod connection;
mod descriptors;
mod meter;
mod registry;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use listenfd::ListenFd;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, timeout},
};

pub use self::activity::ConnectionTimeouts;
use self::{
    activity::Activity,
    connection::{ConnectionHandler, Phase, builder},
    descriptors::max_connections,
    registry::ConnectionRegistry,
};
use crate::settings::Settings;

/// The time for active requests to finish at the end. Longer than an operation may take; together with draining it fits
/// into 15 seconds.
const FINISH_TIMEOUT: Duration = Duration::from_millis(9_200);

/// The bounds of the time that a connection has to be idle before it is closed at the end, which depends on the time to
/// drain. A client that has just connected or received a response may be about to send a request.
const MIN_IDLE_BEFORE_CLOSE: Duration = Duration::from_millis(250);
const MAX_IDLE_BEFORE_CLOSE: Duration = Duration::from_secs(1);

/// The maximum delay of the next attempt after a connection could not be accepted.
const ACCEPT_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// The minimum time between two log lines about the same problem.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Another process uses the port.
    #[error(
        "{address} is taken by another program. To use another port:\n\n    COACH_LISTEN={} COACH_HOME={} {command}\n",
        next_free_address(*address), alternative_home(*address)
    )]
    AddressInUse {
        /// The address to listen on.
        address: SocketAddr,
        /// The command that was started, for the advice in the message.
        command: &'static str,
    },
    /// Any other error.
    #[error("listening on {address}: {source}")]
    Bind {
        /// The address to listen on.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
}

/// Takes the socket that systemd holds for this process (`LISTEN_FDS`), or else binds the port. Connections wait in the
/// kernel's backlog until they are served: with a socket of systemd's also while the process is restarted.
///
/// # Errors
///
/// When the port is in use (the message contains a command with another port), or cannot be bound.
pub async fn listen(
    address: SocketAddr,
    command: &'static str,
) -> Result<TcpListener, ListenError> {
    if let Some(listener) = inherited(address)? {
        return Ok(listener);
    }
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            ListenError::AddressInUse { address, command }
        } else {
            ListenError::Bind { address, source }
        }
    })
}

/// The socket that is meant for this process (`LISTEN_PID`), if there is one.
fn inherited(address: SocketAddr) -> Result<Option<TcpListener>, ListenError> {
    let error = |source| ListenError::Bind { address, source };
    let listener = ListenFd::from_env().take_tcp_listener(0).map_err(error)?;
    let Some(listener) = listener else {
        return Ok(None);
    };
    listener.set_nonblocking(true).map_err(error)?;
    TcpListener::from_std(listener).map(Some).map_err(error)
}

/// The next address with a free port.
fn next_free_address(taken: SocketAddr) -> SocketAddr {
    let ports = (1..100).filter_map(|step| taken.port().checked_add(step));
    let mut addresses = ports.map(|port| SocketAddr::new(taken.ip(), port));
    addresses
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .unwrap_or(SocketAddr::new(taken.ip(), 0))
}

/// A home folder for a second instance.
fn alternative_home(taken: SocketAddr) -> String {
    format!(".coach-{}", next_free_address(taken).port())
}

/// Limits and timeouts of a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The maximum number of open connections.
    pub connections: usize,
    /// How long a connection may be inactive.
    pub timeouts: ConnectionTimeouts,
    /// The time from the request to stop until no more connections are accepted.
    pub drain: Duration,
}

impl Options {
    /// Takes the options from the settings, for a process with this many connections to databases.
    pub fn new(settings: &Settings, database_connections: u32) -> Self {
        let database_connections = usize::try_from(database_connections).unwrap_or(usize::MAX);
        Self {
            connections: max_connections(settings.limits.connections, database_connections),
            timeouts: ConnectionTimeouts {
                headers: settings.timeouts.headers,
                idle: settings.timeouts.idle,
            },
            drain: settings.timeouts.drain,
        }
    }
}

/// Serves until `stop` completes, then shuts down gracefully: it drains for the configured time, in which connections
/// are still accepted and each response asks the client to close its connection; then it accepts no more, and waits for
/// active requests.
///
/// A request on an open connection is answered until the very end: connections without one are only closed after they
/// have been idle for a while.
///
/// # Errors
///
/// When the listener fails during the shutdown.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: Options,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    meter::start();
    let (phase, phase_receiver) = watch::channel(Phase::Serving);
    let handler = ConnectionHandler {
        builder: Arc::new(builder()),
        router,
        timeouts: options.timeouts,
        phase: phase_receiver,
    };
    let acceptor = Acceptor {
        handler,
        registry: ConnectionRegistry::new(options.connections),
    };
    let stopping = async {
        stop.await;
        // Also stored if there is no connection yet.
        phase.send_replace(Phase::Draining);
        sleep(options.drain).await;
    };
    tokio::select! {
        () = acceptor.accept(&listener) => {}
        () = stopping => {}
    }
    acceptor.accept_pending(listener)?;
    phase.send_replace(Phase::Closing(
        options
            .drain
            .clamp(MIN_IDLE_BEFORE_CLOSE, MAX_IDLE_BEFORE_CLOSE),
    ));
    if timeout(FINISH_TIMEOUT, acceptor.registry.wait_until_empty())
        .await
        .is_err()
    {
        tracing::warn!("gave up requests that did not finish");
    }
    Ok(())
}

/// Accepts connections.
struct Acceptor {
    handler: ConnectionHandler,
    registry: Arc<ConnectionRegistry>,
}

impl Acceptor {
    /// Accepts connections, and never returns.
    async fn accept(&self, listener: &TcpListener) {
        let (mut full, mut failed) = (LogThrottle::default(), LogThrottle::default());
        loop {
            self.registry.wait_for_room().await;
            match listener.accept().await {
                Ok((stream, _)) => {
                    if self.spawn_connection(stream) && full.should_log() {
                        tracing::warn!(
                            connections = self.registry.count(),
                            "there are as many connections as may be (COACH_LIMIT_CONNECTIONS, `ulimit -n`): those \
                             without a request are closed for new ones"
                        );
                    }
                }
                Err(error) if is_client_error(&error) => {}
                // Usually a lack of descriptors or memory.
                Err(error) => {
                    if failed.should_log() {
                        tracing::error!(
                            connections = self.registry.count(),
                            %error,
                            "connections cannot be accepted; those without a request are closed"
                        );
                    }
                    self.registry.evict_one();
                    // Not only a closed connection can make the next attempt succeed, so do not wait for one forever.
                    let _ = timeout(ACCEPT_RETRY_INTERVAL, self.registry.wait_for_close()).await;
                }
            }
        }
    }

    /// Accepts the connections in the backlog, which may have sent a request already, and stops listening.
    fn accept_pending(&self, listener: TcpListener) -> io::Result<()> {
        let listener = listener.into_std()?;
        while let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(true)?;
            self.spawn_connection(TcpStream::from_std(stream)?);
        }
        Ok(())
    }

    /// Serves a connection in a new task. Returns whether the limit had been reached.
    fn spawn_connection(&self, stream: TcpStream) -> bool {
        let activity = Activity::new();
        let slot = self.registry.admit(Arc::clone(&activity));
        let (is_full, handler) = (slot.is_full, self.handler.clone());
        tokio::spawn(async move {
            let _open = meter::OpenConnection::count();
            handler.run(stream, activity, slot).await;
        });
        is_full
    }
}

/// Whether the connection was closed by the client before it was accepted.
fn is_client_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Limits the rate of a log line.
#[derive(Default)]
struct LogThrottle(Option<Instant>);

impl LogThrottle {
    fn should_log(&mut self) -> bool {
        let should_log = self.0.is_none_or(|last| last.elapsed() >= LOG_INTERVAL);
        if should_log {
            self.0 = Some(Instant::now());
        }
        should_log
    }
}
