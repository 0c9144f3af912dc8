//! The embedded Postgres of `coach dev`, the tests and the benchmarks. Production has none of it.
//!
//! It belongs to one home folder, listens on a Unix socket that only its owner can reach, opens no port, and never
//! touches another Postgres on the machine. Everything here blocks: call it before the async runtime starts, or from a
//! blocking thread.

mod apt;
mod archive;
mod binaries;
mod cluster;
mod error;
mod folders;
mod lock;
mod postmaster;
mod ready;
mod recovery;
mod run_as;
mod server;
mod sockets;
mod standby;
mod watchdog;

use std::{
    fs,
    path::{Path, PathBuf},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use self::{binaries::Binaries, lock::Lock, run_as::RunAs, server::Server, sockets::Sockets};
pub use self::{error::Error, standby::Standby};

/// The name of the database superuser, the only role of a new cluster.
pub const SUPERUSER: &str = "coach";

/// What a URL has to escape: all but the unreserved characters of RFC 3986.
const PERCENT_ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// How the embedded Postgres is found and run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that owns the data (`COACH_HOME`). It is created when missing, and serves one process at a time.
    pub home: PathBuf,
    /// The folder that holds `postgres` and `initdb` (`COACH_POSTGRES_BIN`). Nothing else is tried when it is set.
    pub bin: Option<PathBuf>,
    /// Whether data survives a crash of the machine. Tests turn it off for a faster server.
    pub durable: bool,
    /// Whether Postgres is downloaded when this machine has none and apt cannot install it.
    pub download: bool,
    /// Postgres' `shared_buffers`, in megabytes.
    pub shared_buffers: u32,
}

impl Settings {
    /// A durable server for `home`. Postgres is installed by apt if possible, but not downloaded.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self {
            home: home.into(),
            bin: None,
            durable: true,
            download: false,
            shared_buffers: 128,
        }
    }
}

/// A running Postgres. Dropping it stops the server (fast shutdown) and waits, normally for at most ten seconds.
///
/// When this process ends without dropping it (a signal, a static in a test binary), a watchdog stops the server a
/// moment later. If that fails too, the next start does it.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    // Fields are dropped in this order, which matters: the server stops first, then its socket folder is removed, and
    // only then are the locks of the data released.
    server: Server,
    sockets: Sockets,
    binaries: Binaries,
    user: RunAs,
    /// The folder of all data.
    store: PathBuf,
    durable: bool,
    shared_buffers: u32,
    _data_lock: Lock,
    _home_lock: Lock,
}

impl EmbeddedPostgres {
    /// Finds Postgres, creates its data folder if needed, stops the server of a killed run, starts the server and waits
    /// until it accepts connections. Takes about one second, or two the first time.
    ///
    /// `report` is called with a line for each step that takes long or that the user should know about.
    ///
    /// # Errors
    ///
    /// When another process uses the home, when no suitable Postgres is found, or when it does not start within 60
    /// seconds. Each message says what to do about it.
    pub fn start(settings: &Settings, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        fs::create_dir_all(&settings.home).map_err(Error::io("create", &settings.home))?;
        let home = settings
            .home
            .canonicalize()
            .map_err(Error::io("open", &settings.home))?;
        let home_lock = Lock::take(&home)?;
        let (binaries, user, store) = prepare(settings, &home, report)?;
        // The data folder may be a symbolic link. A copy of the home then shares it, so it has a lock of its own.
        let data_lock = Lock::take(&store)?;

        recovery::recover(&store, report)?;
        let data = store.join(binaries.major.to_string());
        cluster::create_if_missing(&data, &binaries, &user, settings.durable, report)?;
        let sockets = Sockets::create(&data, &user)?;
        let server = Server::start(&server::Plan {
            binaries: &binaries,
            user: &user,
            data: &data,
            log: &store.join("postgres.log"),
            sockets: &sockets,
            durable: settings.durable,
            shared_buffers: settings.shared_buffers,
        })?;
        tracing::debug!(data = %data.display(), pid = server.pid(), "embedded Postgres is ready");
        Ok(Self {
            server,
            sockets,
            binaries,
            user,
            store,
            durable: settings.durable,
            shared_buffers: settings.shared_buffers,
            _data_lock: data_lock,
            _home_lock: home_lock,
        })
    }

    /// The URL of a database of this server, for sqlx and for `psql`. It needs no password.
    ///
    /// Port and TLS mode are spelled out because sqlx would otherwise take them from `PGPORT` and `PGSSLMODE`.
    pub fn url(&self, database: &str) -> String {
        url(self.socket_folder(), database)
    }

    /// The folder of the socket, as in `psql -h FOLDER -U coach postgres`.
    pub fn socket_folder(&self) -> &Path {
        self.sockets.folder()
    }

    /// The server's process, whose children are the connections.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Stops the server and waits, as dropping does, but returns the result.
    ///
    /// # Errors
    ///
    /// When the server had to be killed. The next start replays its write-ahead log.
    pub fn stop(mut self) -> Result<(), Error> {
        self.server.stop()
    }
}

/// The URL of a database of the server that another process runs for this home, as [`EmbeddedPostgres::url`]; `None`
/// when none runs.
pub fn running_url(home: &Path, database: &str) -> Option<String> {
    let home = home.canonicalize().ok()?;
    let store = home.join("postgres").canonicalize().ok()?;
    let user = RunAs::choose(&home).ok()?;
    let clusters = fs::read_dir(&store)
        .ok()?
        .flatten()
        .map(|entry| entry.path());
    let mut running = clusters.filter(|data| {
        let server = postmaster::read_pid(data);
        server.is_some_and(|pid| postmaster::is_server_on(pid, data))
    });
    let sockets = Sockets::folder_of(&running.next()?, &user);
    Some(url(&sockets, database))
}

fn url(sockets: &Path, database: &str) -> String {
    format!(
        "postgres://{SUPERUSER}@localhost/{}?host={}&port={}&sslmode=disable",
        percent_encode(database.as_bytes(), PERCENT_ENCODED),
        percent_encode(sockets.as_os_str().as_encoded_bytes(), PERCENT_ENCODED),
        sockets::PORT,
    )
}

/// Finds the executables, the account to run them as, and the folder for the data.
fn prepare(
    settings: &Settings,
    home: &Path,
    report: &mut dyn FnMut(&str),
) -> Result<(Binaries, RunAs, PathBuf), Error> {
    let mut user = RunAs::choose(home)?;
    let mut rejected = Vec::new();
    let mut found = match &settings.bin {
        Some(folder) => {
            let inspected = binaries::inspect(folder, &user);
            let folder = folder.clone();
            Some(inspected.map_err(|reason| Error::Bin { folder, reason })?)
        }
        None => binaries::search(&user, &mut rejected),
    };
    if found.is_none() && apt::is_possible() {
        match apt::install(report) {
            Ok(()) => {
                // The package creates the account `postgres`, which is preferred to `nobody`.
                user = RunAs::choose(home)?;
                rejected.clear();
                found = binaries::search(&user, &mut rejected);
            }
            Err(reason) => rejected.push(reason),
        }
    }
    let store = folders::store(home, &user, report)?;
    if found.is_none() && settings.download {
        let folder = store.join("fetched");
        folders::create_private(&folder, &user)?;
        report(&format!("fetching Postgres into {}", folder.display()));
        match archive::fetch(&folder).and_then(|bin| binaries::inspect(&bin, &user)) {
            Ok(binaries) => found = Some(binaries),
            Err(reason) => rejected.push(format!("fetching it failed: {reason}")),
        }
    }
    let binaries = found.ok_or(Error::NotFound { rejected })?;
    Ok((binaries, user, store))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_percent_encoded() {
        assert_eq!(
            url(Path::new("/tmp/coach-0a"), "ä b&c"),
            "postgres://coach@localhost/%C3%A4%20b%26c?host=%2Ftmp%2Fcoach-0a&port=5432&sslmode=disable"
        );
    }
}
