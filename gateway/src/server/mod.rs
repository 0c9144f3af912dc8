//! Listening, and stopping without losing what runs.

mod activity;
mod connection;
mod crowd;
mod descriptors;
mod meter;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, timeout},
};

pub use self::activity::Patience;
use self::{
    activity::Activity,
    connection::{Phase, Serving, builder},
    crowd::Crowd,
    descriptors::connections,
};
use crate::settings::Settings;

/// More than an operation may take; less than what is left of 15 seconds after draining.
const FINISH_WITHIN: Duration = Duration::from_millis(9_200);

/// For how long a connection has no request before it is closed at the end, by the time to drain: whoever has just
/// connected, or has just had an answer, is about to send one.
const QUIET_AT_LEAST: Duration = Duration::from_millis(250);
const QUIET_AT_MOST: Duration = Duration::from_secs(1);

/// Until the next attempt when connections cannot be accepted.
const AGAIN: Duration = Duration::from_millis(100);

/// Between two lines in the log about the same trouble.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Why there is no listening.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Somebody else has the port.
    #[error(
        "{address} is taken by another program. To use another port:\n\n    COACH_LISTEN={} COACH_HOME={} {command}\n",
        free(*address), home(*address)
    )]
    Taken {
        /// Where we would listen.
        address: SocketAddr,
        /// What was started.
        command: &'static str,
    },
    /// Anything else.
    #[error("listening on {address}: {source}")]
    Other {
        /// Where we would listen.
        address: SocketAddr,
        /// What is wrong.
        source: io::Error,
    },
}

/// Takes the port. Connections wait in a queue until they are served.
///
/// # Errors
///
/// When it is taken, with the command that uses another.
pub async fn listen(
    address: SocketAddr,
    command: &'static str,
) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            ListenError::Taken { address, command }
        } else {
            ListenError::Other { address, source }
        }
    })
}

/// The next address whose port is free.
fn free(taken: SocketAddr) -> SocketAddr {
    let ports = (1..100).filter_map(|step| taken.port().checked_add(step));
    let mut addresses = ports.map(|port| SocketAddr::new(taken.ip(), port));
    addresses
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .unwrap_or(SocketAddr::new(taken.ip(), 0))
}

/// A home for a second copy.
fn home(taken: SocketAddr) -> String {
    format!(".coach-{}", free(taken).port())
}

/// How a server treats its clients.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The most connections at a time.
    pub connections: usize,
    /// How long a connection may be silent.
    pub patience: Patience,
    /// From being asked to stop to accepting no more connections.
    pub drain: Duration,
}

impl Options {
    /// What the settings say, for a process with so many connections to databases.
    pub fn new(settings: &Settings, databases: u32) -> Self {
        let kept = usize::try_from(databases).unwrap_or(usize::MAX);
        Self {
            connections: connections(settings.limits.connections, kept),
            patience: Patience {
                headers: settings.timeouts.headers,
                idle: settings.timeouts.idle,
            },
            drain: settings.timeouts.drain,
        }
    }
}

/// Serves until asked to stop; from then on answers say that the connection ends with them. Goes on for a time, takes no
/// more connections, and finishes what runs.
///
/// Requests that arrive on an open connection are answered, however late: connections without any are only closed once
/// they have been quiet for a while.
///
/// # Errors
///
/// When the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: Options,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (phase, phases) = watch::channel(Phase::Serving);
    let serving = Serving {
        builder: Arc::new(builder()),
        router,
        patience: options.patience,
        phase: phases,
    };
    let door = Door {
        serving,
        crowd: Crowd::new(options.connections),
    };
    let stopping = async {
        stop.await;
        // All connections hear of it, though none waits.
        phase.send_replace(Phase::Draining);
        sleep(options.drain).await;
    };
    tokio::select! {
        () = door.accept(&listener) => {}
        () = stopping => {}
    }
    door.accept_rest(listener)?;
    phase.send_replace(Phase::Closing(
        options.drain.clamp(QUIET_AT_LEAST, QUIET_AT_MOST),
    ));
    if timeout(FINISH_WITHIN, door.crowd.is_empty()).await.is_err() {
        tracing::warn!("gave up requests that did not finish");
    }
    Ok(())
}

/// Takes connections in.
struct Door {
    serving: Serving,
    crowd: Arc<Crowd>,
}

impl Door {
    /// For ever.
    async fn accept(&self, listener: &TcpListener) {
        let (mut full, mut failed) = (Seldom::default(), Seldom::default());
        loop {
            self.crowd.has_room().await;
            match listener.accept().await {
                Ok((stream, _)) => {
                    if self.take(stream) && full.may_tell() {
                        tracing::warn!(
                            connections = self.crowd.count(),
                            "there are as many connections as may be (COACH_LIMIT_CONNECTIONS, `ulimit -n`): those \
                             without a request are closed for new ones"
                        );
                    }
                }
                Err(error) if is_of_client(&error) => {}
                // No descriptors, or no memory, as a rule.
                Err(error) => {
                    if failed.may_tell() {
                        tracing::error!(
                            connections = self.crowd.count(),
                            %error,
                            "connections cannot be accepted; those without a request are closed"
                        );
                    }
                    self.crowd.give_up_one();
                    // A moment later it may be different for other reasons too.
                    let _ = timeout(AGAIN, self.crowd.departure()).await;
                }
            }
        }
    }

    /// Those who were connected before nobody was listening any more have perhaps sent a request.
    fn accept_rest(&self, listener: TcpListener) -> io::Result<()> {
        let listener = listener.into_std()?;
        while let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(true)?;
            self.take(TcpStream::from_std(stream)?);
        }
        Ok(())
    }

    /// Serves a connection; says whether there were as many as may be.
    fn take(&self, stream: TcpStream) -> bool {
        let activity = Activity::new();
        let seat = self.crowd.admit(Arc::clone(&activity));
        let (is_full, serving) = (seat.is_full, self.serving.clone());
        tokio::spawn(async move {
            let _open = meter::Open::count();
            serving.run(stream, activity, seat).await;
        });
        is_full
    }
}

/// A connection that was gone before it was accepted.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Keeps what happens again and again from filling the log.
#[derive(Default)]
struct Seldom(Option<Instant>);

impl Seldom {
    fn may_tell(&mut self) -> bool {
        let tells = self.0.is_none_or(|told| told.elapsed() >= TOLD_EVERY);
        if tells {
            self.0 = Some(Instant::now());
        }
        tells
    }
}
