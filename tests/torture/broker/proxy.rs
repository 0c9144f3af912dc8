//! A connection that can be cut: everything that goes to SQS goes through here.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How it treats those who connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It lets everything through.
    Open,
    /// It ends each connection.
    Closed,
    /// It takes connections and says nothing.
    Silent,
}

/// It listens for as long as it is there.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    pub(super) async fn start(to: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (mode, seen) = watch::channel(Mode::Open);
        tokio::spawn(async move {
            let mut gone = seen.clone();
            loop {
                tokio::select! {
                    Ok((connection, _)) = listener.accept() => {
                        tokio::spawn(carry(connection, to, seen.clone()));
                    }
                    // The sender is dropped.
                    changed = gone.changed() => if changed.is_err() { return },
                }
            }
        });
        Ok(Self { address, mode })
    }

    /// What was under way is cut.
    pub(super) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn carry(mut connection: TcpStream, to: SocketAddr, mut mode: watch::Receiver<Mode>) {
    let now = *mode.borrow_and_update();
    let through = async {
        match now {
            Mode::Open => {
                if let Ok(mut server) = TcpStream::connect(to).await {
                    // However it ends, it ends.
                    let _ = copy_bidirectional(&mut connection, &mut server).await;
                }
            }
            Mode::Closed => {}
            Mode::Silent => std::future::pending().await,
        }
    };
    tokio::select! {
        () = through => {}
        _ = mode.changed() => {}
    }
}
