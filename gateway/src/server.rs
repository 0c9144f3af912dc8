//! Listening, and stopping without losing what runs.

use std::{future::Future, io, net::SocketAddr, time::Duration};

use axum::{Router, serve::ListenerExt as _};
use tokio::{net::TcpListener, sync::oneshot, time::sleep};

use crate::http::AppState;

/// More than an operation may take; less than what is left of 15 seconds after draining.
const FINISH_WITHIN: Duration = Duration::from_millis(9_200);

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

/// Serves until asked to stop; then is not ready, goes on for `drain`, takes no more connections, and finishes what
/// runs.
///
/// # Errors
///
/// When accepting connections fails for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    state: AppState,
    drain: Duration,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (close, closed) = oneshot::channel::<()>();
    // Answers are written whole: waiting for more to send only delays them.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = closed.await;
    });
    let server = server.into_future();
    let stopping = async {
        stop.await;
        state.drain();
        sleep(drain).await;
        let _ = close.send(());
        sleep(FINISH_WITHIN).await;
    };
    tokio::select! {
        result = server => result,
        () = stopping => {
            tracing::warn!("gave up requests that did not finish");
            Ok(())
        }
    }
}
