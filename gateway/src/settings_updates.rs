//! Settings that change while the process runs: secrets in files, and tokens that stand in for the database's password.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    database::iam,
    settings::{Errors, Settings, Sources},
};

/// How often the files are compared with what was read.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How often the database's token is renewed: it can be used for 15 minutes.
const TOKEN_INTERVAL: Duration = Duration::from_mins(10);

/// The time between attempts while there is no new token.
const TOKEN_RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// The settings as they are now.
#[derive(Clone, Debug)]
pub struct Update {
    /// All settings. Only secrets of files, and the passwords of the database, may differ from those at the start, unless
    /// `coach.toml` was edited meanwhile.
    pub settings: Settings,
    /// Counts how often files have changed.
    pub files: u64,
}

/// Receives the settings whenever they change. Clones receive them too.
#[derive(Clone, Debug)]
pub struct SettingsUpdates(watch::Receiver<Option<Arc<Update>>>);

impl SettingsUpdates {
    /// For processes whose settings never change.
    pub fn never() -> Self {
        Self(watch::channel(None).1)
    }

    /// Spawns a task that reads `sources` anew when a file of theirs changes, with `load`, and renews the database's token
    /// if there is one.
    pub fn watch(
        sources: &Sources,
        settings: Settings,
        load: impl Fn() -> Result<Settings, Errors> + Send + 'static,
    ) -> Self {
        let mut files = sources.secret_files();
        files.extend(settings.service_account_file());
        let (sender, receiver) = watch::channel(None);
        if files.is_empty() && !settings.uses_database_token() {
            return Self(receiver);
        }
        let task = Task {
            contents: files.iter().map(read).collect(),
            files,
            current: Update { settings, files: 0 },
            token_due: Instant::now() + TOKEN_INTERVAL,
            sender,
        };
        tokio::spawn(task.run(load));
        Self(receiver)
    }

    /// Waits for the next change. Changes that follow each other quickly may come as one.
    pub async fn next(&mut self) -> Arc<Update> {
        if self.0.changed().await.is_ok()
            && let Some(update) = self.0.borrow_and_update().clone()
        {
            return update;
        }
        std::future::pending().await
    }
}

/// Watches the files.
struct Task {
    files: Vec<PathBuf>,
    /// What was last read of each.
    contents: Vec<Option<Vec<u8>>>,
    current: Update,
    token_due: Instant,
    sender: watch::Sender<Option<Arc<Update>>>,
}

impl Task {
    async fn run(mut self, load: impl Fn() -> Result<Settings, Errors>) {
        while !self.sender.is_closed() {
            sleep(POLL_INTERVAL).await;
            let changed = self.have_files_changed() && self.reload(&load);
            let uses_token = self.current.settings.uses_database_token();
            let due = changed || Instant::now() >= self.token_due;
            let renewed = uses_token && due && self.renew_token().await;
            if changed || renewed {
                self.sender
                    .send_replace(Some(Arc::new(self.current.clone())));
            }
        }
    }

    /// A file that is missing is being replaced.
    fn have_files_changed(&mut self) -> bool {
        let mut changed = false;
        for (file, known) in self.files.iter().zip(&mut self.contents) {
            let content = read(file);
            if content.is_some() && content != *known {
                *known = content;
                changed = true;
            }
        }
        changed
    }

    fn reload(&mut self, load: &impl Fn() -> Result<Settings, Errors>) -> bool {
        match load() {
            Ok(settings) => {
                self.current.settings = settings;
                self.current.files += 1;
                tracing::info!("a file of secrets has changed; the new ones are used");
                true
            }
            Err(error) => {
                tracing::error!(%error, "a file of secrets has changed, and cannot be used; the old ones stay");
                false
            }
        }
    }

    async fn renew_token(&mut self) -> bool {
        let renewed = iam::authenticate(&mut self.current.settings).await;
        self.token_due = Instant::now()
            + match &renewed {
                Ok(()) => TOKEN_INTERVAL,
                Err(error) => {
                    tracing::warn!(%error, "the token for the database was not renewed; trying again");
                    TOKEN_RETRY_INTERVAL
                }
            };
        renewed.is_ok()
    }
}

fn read(file: &PathBuf) -> Option<Vec<u8>> {
    fs::read(file).ok()
}
