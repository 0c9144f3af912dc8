//! A private Postgres, as durable as one in production, that is killed and started again.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{
    embedded::{EmbeddedPostgres, Settings},
    postgres_archive,
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    sync::Mutex,
    task::spawn_blocking,
    time::{Instant, sleep},
};

use crate::say;

/// What the connections of a killed server may take to notice: as long as one of them runs, no other server starts.
const STARTED_WITHIN: Duration = Duration::from_mins(1);

/// A server.
#[derive(Debug)]
pub(crate) struct Postgres {
    settings: Settings,
    server: Mutex<Option<EmbeddedPostgres>>,
}

/// A time without it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Down {
    pub(crate) at: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

impl Postgres {
    pub(crate) async fn start(home: PathBuf, bin: Option<PathBuf>) -> anyhow::Result<Self> {
        let settings = Settings {
            bin,
            fetch: Some(postgres_archive::fetch),
            ..Settings::new(home)
        };
        let server = start(&settings).await?;
        Ok(Self {
            settings,
            server: Mutex::new(Some(server)),
        })
    }

    /// The URL of a database, whatever server there is at the time.
    pub(crate) async fn url(&self, database: &str) -> anyhow::Result<String> {
        let server = self.server.lock().await;
        let server = server.as_ref().context("Postgres is down")?;
        Ok(server.url(database))
    }

    /// The folder of its socket, whatever server there is at the time.
    pub(crate) async fn socket_folder(&self) -> anyhow::Result<PathBuf> {
        let server = self.server.lock().await;
        let server = server.as_ref().context("Postgres is down")?;
        Ok(server.socket_folder().to_owned())
    }

    /// Stops the server, whoever is connected, and starts it again.
    pub(crate) async fn restart(&self) -> anyhow::Result<()> {
        let mut place = self.server.lock().await;
        let server = place.take().context("Postgres is down")?;
        spawn_blocking(move || server.stop()).await??;
        *place = Some(start(&self.settings).await?);
        Ok(())
    }

    /// Kills the server with SIGKILL, leaves it away for a while, and starts it again: it recovers from its log.
    pub(crate) async fn kill(&self, away: Duration) -> anyhow::Result<Down> {
        let mut place = self.server.lock().await;
        let server = place.take().context("Postgres is down")?;
        let pid = i32::try_from(server.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("Postgres has no process")?, Signal::KILL)?;
        let at = SystemClock.now();
        // Frees what only one server may have; there is nothing left to stop.
        spawn_blocking(move || drop(server)).await?;
        sleep(away).await;
        let begun = Instant::now();
        let server = loop {
            match start(&self.settings).await {
                Err(error) if begun.elapsed() < STARTED_WITHIN => {
                    say(&format!("Postgres does not start yet: {error:#}"));
                    sleep(Duration::from_millis(500)).await;
                }
                started => break started?,
            }
        };
        *place = Some(server);
        let until = SystemClock.now();
        Ok(Down { at, until })
    }
}

async fn start(settings: &Settings) -> anyhow::Result<EmbeddedPostgres> {
    let settings = settings.clone();
    let start = move || EmbeddedPostgres::start(&settings, &mut |line| say(line));
    Ok(spawn_blocking(start).await??)
}
