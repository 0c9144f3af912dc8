//! Postgres servers that listen on TCP addresses, for tests of failover, poolers and networks. The private server of
//! `Postgres` listens on a socket only.

#![expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]

use std::{
    ffi::OsStr,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use coach_domain::database::{self, Options, Pool};
use rustix::process::{Pid, Signal, getuid, kill_process};
use sea_orm::ConnectionTrait as _;

use crate::{free_port, until};

/// A server, which stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    /// The address that it listens on.
    pub address: SocketAddr,
    data: PathBuf,
    /// What precedes the command, such as a change of the network namespace.
    prefix: Vec<String>,
    child: Child,
}

impl Server {
    /// A new cluster, with its data in this folder.
    pub async fn create(folder: &Path) -> Self {
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), free_port());
        Self::create_on(folder, address, &[]).await
    }

    /// A new cluster that listens on an address in the network namespace that `prefix` changes to.
    pub async fn create_on(folder: &Path, address: SocketAddr, prefix: &[&str]) -> Self {
        let data = new_private_folder(folder);
        let initdb = as_server_user(program("initdb"))
            .args(["--auth=trust", "--username=coach", "--no-sync", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(initdb.expect("initdb").success());
        let access =
            "local all all trust\nhost all all all trust\nhost replication all all trust\n";
        fs::write(data.join("pg_hba.conf"), access).expect("pg_hba.conf");
        Self::start(data, address, prefix).await
    }

    /// A standby that follows this server.
    pub async fn standby(&self, folder: &Path) -> Self {
        let data = new_private_folder(folder);
        let copied = as_server_user(program("pg_basebackup"))
            .args(["--write-recovery-conf", "--no-sync", "--checkpoint=fast"])
            .args(["--username=coach", "--host"])
            .arg(self.address.ip().to_string())
            .args(["--port", &self.address.port().to_string(), "-D"])
            .arg(&data)
            .status();
        assert!(copied.expect("pg_basebackup").success());
        let address = SocketAddr::new(self.address.ip(), free_port());
        Self::start(data, address, &[]).await
    }

    async fn start(data: PathBuf, address: SocketAddr, prefix: &[&str]) -> Self {
        let prefix: Vec<_> = prefix.iter().map(|&word| word.to_owned()).collect();
        let child = spawn(&data, address, &prefix);
        let server = Self {
            address,
            data,
            prefix,
            child,
        };
        server.wait_until_ready().await;
        server
    }

    /// Stops it, which disconnects clients, and starts it again on the same data.
    pub async fn restart(&mut self) {
        self.stop(Signal::INT);
        self.child = spawn(&self.data, self.address, &self.prefix);
        self.wait_until_ready().await;
    }

    /// Stops it and starts it as a standby of another server.
    pub async fn demote(&mut self, primary: &Self) {
        self.stop(Signal::INT);
        fs::write(self.data.join("standby.signal"), "").expect("standby.signal");
        let to = primary.address;
        let follow = format!(
            "\nprimary_conninfo = 'host={} port={} user=coach'\n",
            to.ip(),
            to.port()
        );
        let file = self.data.join("postgresql.auto.conf");
        let settings = fs::read_to_string(&file).expect("settings") + &follow;
        fs::write(file, settings).expect("settings");
        self.child = spawn(&self.data, self.address, &self.prefix);
        self.wait_until_ready().await;
    }

    /// Makes a standby the primary.
    pub async fn promote(&self) {
        let pool = self.pool("postgres").await;
        pool.execute_unprepared("SELECT pg_promote(true)")
            .await
            .expect("promoted");
        pool.close().await;
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        url(self.address, database)
    }

    /// A pool of one connection, for the test itself.
    pub async fn pool(&self, database: &str) -> Pool {
        let options = Options {
            max_connections: 1,
            acquire_timeout: Duration::from_secs(10),
            ..Options::default()
        };
        let pool = database::connect(&self.url(database), &options).await;
        pool.expect("a connection")
    }

    async fn wait_until_ready(&self) {
        until(&format!("{} is ready", self.data.display()), async || {
            let status = command(&self.prefix, program("pg_isready"))
                .args(["--quiet", "--host", &self.address.ip().to_string()])
                .args(["--port", &self.address.port().to_string()])
                .status();
            status.expect("pg_isready").success()
        })
        .await;
    }

    fn stop(&mut self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = kill_process(pid.expect("a process"), signal);
        self.child.wait().expect("its end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Signal::QUIT);
    }
}

/// The URL of a database at an address.
pub fn url(address: SocketAddr, database: &str) -> String {
    format!("postgres://coach@{address}/{database}?sslmode=disable")
}

/// Empties or makes a folder that belongs to the user that servers run as, and that no other user may enter. Every user
/// must be able to enter the folder above it.
pub fn new_private_folder(folder: &Path) -> PathBuf {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("permissions");
    if let Some((uid, gid)) = server_user() {
        chown(folder, Some(uid), Some(gid)).expect("an owner");
    }
    folder.to_owned()
}

/// A command that runs as the user of servers: Postgres and `PgBouncer` refuse to run as root.
pub fn as_server_user(program: impl AsRef<OsStr>) -> Command {
    command(&[], program)
}

fn command(prefix: &[String], program: impl AsRef<OsStr>) -> Command {
    let mut command = match prefix {
        [] => Command::new(program),
        [first, others @ ..] => {
            let mut command = Command::new(first);
            command.args(others).arg(program);
            command
        }
    };
    // Only root can change the namespace; the command that does changes the user itself.
    if prefix.is_empty()
        && let Some((uid, gid)) = server_user()
    {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn spawn(data: &Path, address: SocketAddr, prefix: &[String]) -> Child {
    let log = fs::File::create(data.with_extension("log")).expect("a log");
    command(prefix, program("postgres"))
        .arg("-D")
        .arg(data)
        .args(["-p", &address.port().to_string()])
        .args(["-c", &format!("listen_addresses={}", address.ip())])
        .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
        .args(["-c", "wal_level=replica", "-c", "hot_standby=on"])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("postgres")
}

/// User and group id of the account `postgres`, or of `nobody` without one. `None` where we are not root.
fn server_user() -> Option<(u32, u32)> {
    if !getuid().is_root() {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let account = accounts
        .lines()
        .find_map(|line| line.strip_prefix("postgres:"));
    let mut ids = account.unwrap_or("x:65534:65534").split(':').skip(1);
    let mut next = || ids.next().and_then(|id| id.parse().ok()).unwrap_or(65_534);
    Some((next(), next()))
}

/// The path of a program of Postgres, of the newest version installed, as the private Postgres of `coach dev` finds it.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<_> = versions.flatten().map(|it| it.path().join("bin")).collect();
    versions.sort();
    let found = versions
        .iter()
        .rev()
        .map(|it| it.join(name))
        .find(|it| it.is_file());
    found.unwrap_or_else(|| PathBuf::from(name))
}
