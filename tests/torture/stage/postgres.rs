//! A private Postgres, with the durability settings of production, that can be killed and started again.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use coach_dev::{EmbeddedPostgres, Settings};
use coach_domain::clock::{Clock as _, SystemClock};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    sync::Mutex,
    task::spawn_blocking,
    time::{Instant, sleep},
};

use crate::log;

/// How long the backends of a killed server may take to exit: no other server starts while one of them is running.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A Postgres server, unless it is down.
#[derive(Debug)]
pub(crate) struct Postgres {
    settings: Settings,
    server: Mutex<Option<EmbeddedPostgres>>,
}

/// A downtime of Postgres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Down {
    pub(crate) at: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

impl Postgres {
    pub(crate) async fn start(home: PathBuf, bin: Option<PathBuf>) -> anyhow::Result<Self> {
        let settings = Settings {
            bin,
            download: true,
            ..Settings::new(home)
        };
        let server = start(&settings).await?;
        Ok(Self {
            settings,
            server: Mutex::new(Some(server)),
        })
    }

    /// The URL of a database on the current server.
    pub(crate) async fn url(&self, database: &str) -> anyhow::Result<String> {
        let server = self.server.lock().await;
        let server = server.as_ref().context("Postgres is down")?;
        Ok(server.url(database))
    }

    /// The socket folder of the current server.
    pub(crate) async fn socket_folder(&self) -> anyhow::Result<PathBuf> {
        let server = self.server.lock().await;
        let server = server.as_ref().context("Postgres is down")?;
        Ok(server.socket_folder().to_owned())
    }

    /// Stops the server, which closes all connections, and starts it again.
    pub(crate) async fn restart(&self) -> anyhow::Result<()> {
        let mut slot = self.server.lock().await;
        let server = slot.take().context("Postgres is down")?;
        spawn_blocking(move || server.stop()).await??;
        *slot = Some(start(&self.settings).await?);
        Ok(())
    }

    /// Kills the server with SIGKILL, and starts it again after the downtime: it recovers from its write-ahead log.
    pub(crate) async fn kill(&self, downtime: Duration) -> anyhow::Result<Down> {
        let mut slot = self.server.lock().await;
        let server = slot.take().context("Postgres is down")?;
        let pid = i32::try_from(server.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("Postgres has no process")?, Signal::KILL)?;
        let at = SystemClock.now();
        // Releases the lock of the data folder; there is no process left to stop.
        spawn_blocking(move || drop(server)).await?;
        sleep(downtime).await;
        let started_at = Instant::now();
        let server = loop {
            match start(&self.settings).await {
                Err(error) if started_at.elapsed() < START_TIMEOUT => {
                    log(&format!("Postgres does not start yet: {error:#}"));
                    sleep(Duration::from_millis(500)).await;
                }
                started => break started?,
            }
        };
        *slot = Some(server);
        let until = SystemClock.now();
        Ok(Down { at, until })
    }
}

async fn start(settings: &Settings) -> anyhow::Result<EmbeddedPostgres> {
    let settings = settings.clone();
    let start = move || EmbeddedPostgres::start(&settings, &mut |line| log(line));
    Ok(spawn_blocking(start).await??)
}
