//! A standby of the private Postgres, by streaming replication. Benchmarks measure with it what a replica changes.

use std::fs;

use crate::{
    EmbeddedPostgres, Error, SUPERUSER, folders,
    server::{self, Server},
    sockets::{PORT, Sockets},
};

/// A hot standby, which stops when it is dropped. Drop it before its primary, which waits for standbys when it stops.
#[derive(Debug)]
pub struct Standby {
    // Fields are dropped in this order: the server stops first.
    server: Server,
    sockets: Sockets,
}

impl EmbeddedPostgres {
    /// Copies all data to a new standby, which then follows this server.
    ///
    /// # Errors
    ///
    /// When the data cannot be copied, or the server does not start. A server that is not durable has no standbys.
    pub fn standby(&self) -> Result<Standby, Error> {
        let Self {
            binaries,
            user,
            store,
            ..
        } = self;
        let data = store.join(format!("standby-{}", binaries.major));
        let _ = fs::remove_dir_all(&data);
        folders::create_private(&data, user)?;
        let program = binaries.bin.join("pg_basebackup");
        let mut command = user.command(&program);
        command
            .args([
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-password",
            ])
            .args(["--username", SUPERUSER, "--port", &PORT.to_string()])
            .arg("--host")
            .arg(self.socket_folder())
            .arg("--pgdata")
            .arg(&data);
        let output = command.output().map_err(Error::io("run", &program))?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let folder = data;
            return Err(Error::BaseBackup { folder, output });
        }
        let sockets = Sockets::create(&data, user)?;
        let server = Server::start(&server::Plan {
            binaries,
            user,
            data: &data,
            log: &store.join("standby.log"),
            sockets: &sockets,
            durable: self.durable,
            shared_buffers: self.shared_buffers,
        })?;
        Ok(Standby { server, sockets })
    }
}

impl Standby {
    /// The URL of a database of this server, as [`EmbeddedPostgres::url`].
    pub fn url(&self, database: &str) -> String {
        crate::url(self.sockets.folder(), database)
    }

    /// The server's process, whose children are the connections.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }
}
