//! A folder instead of a mail server, for development: one file for each message.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, NaiveDateTime, Utc};
use coach_domain::{
    clock::Clock,
    mail::{Error, Mailer, Message},
};
use uuid::Uuid;

use super::unavailable;

/// The format of the time at the beginning of file names, by which they are sorted.
const TIME_FORMAT: &str = "%Y%m%dT%H%M%S%3fZ";

/// A folder with files named `TIME-ENVELOPE-COUNT.eml`. A message that is sent twice has two files.
#[derive(Clone)]
pub struct Mailbox {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
}

/// A message in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// The name of the file.
    pub name: String,
    /// When the message was sent.
    pub sent_at: DateTime<Utc>,
    /// The id of the outbox envelope.
    pub envelope: Uuid,
}

impl Mailbox {
    /// A mailbox in `folder`, which is created with the first message.
    pub fn new(folder: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let folder = folder.into();
        Self { folder, clock }
    }

    /// The newest messages, at most `limit`, newest first. None if the folder does not exist.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn list(&self, limit: usize) -> io::Result<Vec<StoredMail>> {
        let files = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files?,
        };
        let mut names = Vec::new();
        for file in files {
            names.extend(file?.file_name().into_string());
        }
        let mut stored: Vec<_> = names.iter().filter_map(|name| parse(name)).collect();
        stored.sort_by(|one, other| other.name.cmp(&one.name));
        stored.truncate(limit);
        Ok(stored)
    }

    /// The content of a message; `None` if there is no message of this name.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.find(name)?.map(|(_, bytes)| bytes))
    }

    /// A message and its content; `None` if there is no message of this name.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn find(&self, name: &str) -> io::Result<Option<(StoredMail, Vec<u8>)>> {
        // Only names of the expected format are read, so that no path can leave the folder.
        let Some(stored) = parse(name) else {
            return Ok(None);
        };
        match fs::read(self.folder.join(&stored.name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(|bytes| Some((stored, bytes))),
        }
    }
}

#[async_trait::async_trait]
impl Mailer for Mailbox {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        let (folder, now) = (self.folder.clone(), self.clock.now());
        let (id, mime) = (message.id, message.mime.clone());
        let stored = tokio::task::spawn_blocking(move || store(&folder, now, id, &mime)).await;
        let name = stored.map_err(|_| Error::Unknown("the mailbox's task ended".to_owned()))?;
        name.map(Some).map_err(|error| {
            unavailable(format!("the mailbox cannot be written: {}", error.kind()))
        })
    }
}

/// Writes a draft, and then creates a hard link with the file's name, which never replaces an existing file. Returns
/// the name.
fn store(folder: &Path, now: DateTime<Utc>, id: Uuid, mime: &[u8]) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let prefix = format!("{}-{id}", now.format(TIME_FORMAT));
    for count in 1.. {
        let name = format!("{prefix}-{count}.eml");
        let draft = folder.join(format!(".{name}"));
        let mut file = match fs::File::create_new(&draft) {
            // Another process is writing this file, or died while it did.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            file => file?,
        };
        let written = file.write_all(mime).and_then(|()| file.sync_all());
        let linked = written.and_then(|()| fs::hard_link(&draft, folder.join(&name)));
        // A draft that cannot be removed does no harm, and must not cause the message to be sent again.
        let _ = fs::remove_file(&draft);
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            linked => return linked.map(|()| name),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn parse(name: &str) -> Option<StoredMail> {
    let (time, rest) = name.strip_suffix(".eml")?.split_once('-')?;
    let (id, count) = rest.rsplit_once('-')?;
    let sent_at = NaiveDateTime::parse_from_str(time, TIME_FORMAT)
        .ok()?
        .and_utc();
    let envelope = Uuid::parse_str(id).ok()?;
    let count: u32 = count.parse().ok()?;
    // The parsers accept other notations, too; only the one that `store` writes is valid.
    let canonical = format!("{}-{envelope}-{count}.eml", sent_at.format(TIME_FORMAT));
    (canonical == name).then(|| StoredMail {
        name: name.to_owned(),
        sent_at,
        envelope,
    })
}
