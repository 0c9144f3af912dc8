//! Settings that change while the process runs: secrets in files, and tokens that stand in for the database's password.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    database::iam,
    settings::{Errors, Settings},
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

    /// Spawns a task that reads the settings anew with `load` when one of `files` changes, and renews the database's token
    /// if there is one.
    pub fn watch(
        mut files: SecretFiles,
        settings: Settings,
        load: impl Fn() -> Result<Settings, Errors> + Send + 'static,
    ) -> Self {
        files.add(settings.service_account_file());
        let (sender, receiver) = watch::channel(None);
        if files.0.is_empty() && !settings.uses_database_token() {
            return Self(receiver);
        }
        let task = Task {
            files,
            is_stale: false,
            last_error: None,
            current: Update { settings, files: 0 },
            token_due: Instant::now() + TOKEN_INTERVAL,
            sender,
        };
        tokio::spawn(task.run(load));
        Self(receiver)
    }

    /// Spawns a task that calls `apply` with the settings whenever they change.
    pub fn follow(&self, apply: impl Fn(&Settings) + Send + 'static) {
        let mut updates = self.clone();
        tokio::spawn(async move {
            loop {
                let update = updates.next().await;
                apply(&update.settings);
            }
        });
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

/// Files with secrets, and what was last read of each.
pub struct SecretFiles(Vec<(PathBuf, Option<Vec<u8>>)>);

impl SecretFiles {
    /// Reads the files. To be called before the settings are read of them, so that no change is missed in between.
    pub fn read(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut files = Self(Vec::new());
        files.add(paths);
        files
    }

    fn add(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        let added = paths.into_iter().map(|path| {
            let content = fs::read(&path).ok();
            (path, content)
        });
        self.0.extend(added);
    }

    /// Whether one has changed since the last call. A file that is missing is being replaced.
    fn have_changed(&mut self) -> bool {
        let mut changed = false;
        for (path, known) in &mut self.0 {
            let content = fs::read(path).ok();
            if content.is_some() && content != *known {
                *known = content;
                changed = true;
            }
        }
        changed
    }
}

/// Watches the files.
struct Task {
    files: SecretFiles,
    /// Whether files have changed whose secrets are not used yet.
    is_stale: bool,
    /// Why they are not.
    last_error: Option<String>,
    current: Update,
    token_due: Instant,
    sender: watch::Sender<Option<Arc<Update>>>,
}

impl Task {
    async fn run(mut self, load: impl Fn() -> Result<Settings, Errors>) {
        while !self.sender.is_closed() {
            sleep(POLL_INTERVAL).await;
            self.is_stale |= self.files.have_changed();
            let loaded = self.is_stale.then(|| self.load(&load)).flatten();
            let uses_token = self.current.settings.uses_database_token();
            if loaded.is_none() && !(uses_token && Instant::now() >= self.token_due) {
                continue;
            }
            let mut update = self.current.clone();
            if let Some(settings) = loaded {
                update.settings = settings;
                update.files += 1;
            }
            // The old token goes on to be used until there is a new one.
            match iam::authenticate(&mut update.settings).await {
                Ok(()) => self.publish(update),
                Err(error) => {
                    tracing::warn!(%error, "the token for the database was not renewed; trying again");
                    sleep(TOKEN_RETRY_INTERVAL).await;
                }
            }
        }
    }

    /// The settings with the new secrets, if all of them can be used.
    fn load(&mut self, load: &impl Fn() -> Result<Settings, Errors>) -> Option<Settings> {
        let error = match load() {
            Ok(settings) => match settings.shops.open() {
                Ok(_) => return Some(settings),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        if self.last_error.as_ref() != Some(&error) {
            tracing::error!(
                error,
                "a file of secrets has changed, and cannot be used; the old ones stay"
            );
            self.last_error = Some(error);
        }
        None
    }

    fn publish(&mut self, update: Update) {
        if update.files > self.current.files {
            tracing::info!("a file of secrets has changed; the new ones are used");
            self.is_stale = false;
            self.last_error = None;
        }
        self.token_due = Instant::now() + TOKEN_INTERVAL;
        self.current = update.clone();
        self.sender.send_replace(Some(Arc::new(update)));
    }
}
