//! A way to a server that can be slow, silent, or lead elsewhere.

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

/// Where connections lead.
#[derive(Clone, Debug)]
pub enum Target {
    /// A socket in the file system.
    Unix(PathBuf),
    /// An address.
    Tcp(SocketAddr),
}

/// It listens as long as it is there.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    target: Arc<Mutex<Target>>,
    /// Connections of an older generation forward nothing.
    generation: watch::Sender<u32>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Each piece of data takes `delay` on its way, in both directions.
    pub async fn start(target: Target, delay: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        let target = Arc::new(Mutex::new(target));
        let (generation, seen) = watch::channel(0);
        let current = Arc::clone(&target);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let target = current.lock().expect("not poisoned").clone();
                tokio::spawn(carry(connection, target, delay, seen.clone()));
            }
        });
        Self {
            address,
            target,
            generation,
            task,
        }
    }

    /// From now on the connections that there are stay open and forward nothing. New ones are as before.
    pub fn swallow(&self) {
        self.generation.send_modify(|generation| *generation += 1);
    }

    /// From now on new connections lead elsewhere; those that there are go on.
    pub fn lead_to(&self, target: Target) {
        *self.target.lock().expect("not poisoned") = target;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(
    connection: TcpStream,
    target: Target,
    delay: Duration,
    mut generation: watch::Receiver<u32>,
) {
    generation.borrow_and_update();
    let through = async {
        let _ = connection.set_nodelay(true);
        // However it ends, it ends.
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
        changed = generation.changed() => if changed.is_ok() {
            // It holds both ends open, until the proxy is gone.
            while generation.changed().await.is_ok() {}
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
