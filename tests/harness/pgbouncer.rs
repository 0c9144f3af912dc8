//! `PgBouncer`, a connection pooler, as the operating system's distribution packages it.

#![expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
};

use tokio::net::TcpStream;

use crate::{
    cluster::{as_server_user, new_private_folder},
    free_port, until,
};

/// A pooler, which stops when it is dropped.
#[derive(Debug)]
pub struct PgBouncer {
    /// The address that it listens on.
    pub address: SocketAddr,
    child: Child,
}

impl PgBouncer {
    /// Whether it is installed on this machine.
    pub fn is_installed() -> bool {
        let output = Command::new("pgbouncer").arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    }

    /// Starts one in front of the server at this port of a host (or of a socket's folder). `mode` is `session` or
    /// `transaction`.
    pub async fn start(home: &Path, host: &str, port: u16, mode: &str) -> Self {
        let home = new_private_folder(home);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let settings = format!(
            "[databases]\n* = host={host} port={port} user=coach\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {mode}\nmax_client_conn = 300\ndefault_pool_size = 90\nserver_login_retry = 1\n",
            address.port(),
        );
        let file = home.join("pgbouncer.ini");
        fs::write(&file, settings).expect("settings");
        let log = fs::File::create(home.join("log")).expect("a log");
        let child = as_server_user("pgbouncer")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("pgbouncer, which tests/run installs (apt-get install pgbouncer)");
        let pooler = Self { address, child };
        until("the pooler listens", async || {
            TcpStream::connect(address).await.is_ok()
        })
        .await;
        pooler
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
