//! A folder instead of a mail server: one file for each message, to be looked at.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, NaiveDateTime, Utc};
use coach_domain::{
    clock::Clock,
    mail::{Error, Mailer, Message},
};
use uuid::Uuid;

/// How a file's name begins: it sorts by time.
const TIME: &str = "%Y%m%dT%H%M%S%3fZ";

/// A folder of `TIME-ENVELOPE-COUNT.eml`. A message that is sent twice is there twice.
#[derive(Clone)]
pub struct Mailbox {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
}

/// A message in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// The file's name.
    pub name: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// The envelope's id.
    pub envelope: Uuid,
}

impl Mailbox {
    /// In a folder, which is made when the first message comes.
    pub fn new(folder: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let folder = folder.into();
        Self { folder, clock }
    }

    /// The newest messages, newest first; at most `most`.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read. One that is not there yet is empty.
    pub fn list(&self, most: usize) -> io::Result<Vec<StoredMail>> {
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
        stored.truncate(most);
        Ok(stored)
    }

    /// A message as it was sent; `None` when there is none of this name, or it is not the name of a message.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.find(name)?.map(|(_, bytes)| bytes))
    }

    /// The same, with what its name says.
    ///
    /// # Errors
    ///
    /// As [`Mailbox::read`].
    pub fn find(&self, name: &str) -> io::Result<Option<(StoredMail, Vec<u8>)>> {
        // Only names that could be ours are looked for, so no path gets out of the folder.
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
        name.map(Some).map_err(|error| Error::Unavailable {
            reason: format!("the mailbox cannot be written: {}", error.kind()),
            after: None,
        })
    }
}

/// Writes a file beside its place and links it there, which never replaces another.
fn store(folder: &Path, now: DateTime<Utc>, id: Uuid, mime: &[u8]) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let begun = format!("{}-{id}", now.format(TIME));
    for count in 1.. {
        let name = format!("{begun}-{count}.eml");
        let draft = folder.join(format!(".{name}"));
        let file = fs::File::options()
            .write(true)
            .create_new(true)
            .open(&draft);
        let mut file = match file {
            // Somebody else writes this one, or died while doing so.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            file => file?,
        };
        let written = file.write_all(mime).and_then(|()| file.sync_all());
        let linked = written.and_then(|()| fs::hard_link(&draft, folder.join(&name)));
        // A draft that stays is in nobody's way, and no reason to send the message again.
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
    let sent_at = NaiveDateTime::parse_from_str(time, TIME).ok()?.and_utc();
    let envelope = Uuid::parse_str(id).ok()?;
    let count: u32 = count.parse().ok()?;
    // Whatever else these accept, a name is ours only if we would write it so.
    let ours = format!("{}-{envelope}-{count}.eml", sent_at.format(TIME)) == name;
    ours.then(|| StoredMail {
        name: name.to_owned(),
        sent_at,
        envelope,
    })
}
