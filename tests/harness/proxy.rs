//! A TCP proxy in front of a server that can delay, cut, stall or redirect connections.

#![expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// Where connections are forwarded to.
#[derive(Clone, Debug)]
pub enum Target {
    /// A Unix domain socket.
    Unix(PathBuf),
    /// A TCP address.
    Tcp(SocketAddr),
}

/// What a proxy does with connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Forwards everything.
    Open,
    /// Closes each connection.
    Closed,
    /// Accepts connections and sends nothing.
    Silent,
    /// Existing connections stay open and forward nothing; new ones are forwarded.
    Stalled,
}

/// A proxy, which listens until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    /// The address that it listens on.
    pub address: SocketAddr,
    target: Arc<Mutex<Target>>,
    mode: watch::Sender<Mode>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts one that delays data by `delay` in both directions.
    pub async fn start(target: Target, delay: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        let target = Arc::new(Mutex::new(target));
        let (mode, seen) = watch::channel(Mode::Open);
        let current = Arc::clone(&target);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let target = current.lock().expect("not poisoned").clone();
                tokio::spawn(forward(connection, target, delay, seen.clone()));
            }
        });
        Self {
            address,
            target,
            mode,
            task,
        }
    }

    /// Changes the mode. Existing connections are cut, unless the mode is [`Mode::Stalled`].
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Forwards new connections elsewhere; existing ones continue.
    pub fn redirect(&self, target: Target) {
        *self.target.lock().expect("not poisoned") = target;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(
    connection: TcpStream,
    target: Target,
    delay: Duration,
    mut mode: watch::Receiver<Mode>,
) {
    let initial = *mode.borrow_and_update();
    let through = async {
        match initial {
            Mode::Closed => return,
            Mode::Silent => std::future::pending().await,
            Mode::Open | Mode::Stalled => {}
        }
        let _ = connection.set_nodelay(true);
        // An error ends the connection just as its regular end does.
        match target {
            Target::Unix(path) => {
                if let Ok(server) = UnixStream::connect(path).await {
                    both_ways(connection, server, delay).await;
                }
            }
            Target::Tcp(address) => {
                if let Ok(server) = TcpStream::connect(address).await {
                    let _ = server.set_nodelay(true);
                    both_ways(connection, server, delay).await;
                }
            }
        }
    };
    tokio::pin!(through);
    tokio::select! {
        () = &mut through => {}
        changed = mode.changed() => if changed.is_ok() && *mode.borrow_and_update() == Mode::Stalled {
            // Both ends are held open until the mode changes.
            let _ = mode.wait_for(|mode| *mode != Mode::Stalled).await;
        },
    }
}

async fn both_ways(
    one: impl AsyncRead + AsyncWrite,
    other: impl AsyncRead + AsyncWrite,
    delay: Duration,
) {
    let ((one_in, one_out), (other_in, other_out)) = (split(one), split(other));
    tokio::select! {
        () = one_way(one_in, other_out, delay) => {}
        () = one_way(other_in, one_out, delay) => {}
    }
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if !delay.is_zero() {
            sleep(delay).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
