//! Settings of the queue, the object store and the mail transport. Checked at startup, so that a wrong value stops it.

use std::path::{Path, PathBuf};

use coach_workers::mail::send::SmtpEncryption;
use reqwest::Url;

use super::{
    Error,
    reader::Reader,
    value::{self, Parsed},
};

/// The backend of the queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Queue {
    /// Tables in the database.
    Postgres,
    /// Amazon SQS.
    Sqs,
}

/// The backend of the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Objects {
    /// A folder.
    Folder(PathBuf),
    /// Amazon S3 or a compatible store: `s3://bucket/prefix`.
    S3(Url),
}

/// The mail transport.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mail {
    /// No delivery: mail is written to files in this folder.
    Folder(PathBuf),
    /// Amazon SES.
    Ses,
    /// An SMTP server.
    Smtp(Url),
}

/// The backends of queues, objects and mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// The backend of the queues.
    pub queue: Queue,
    /// The backend of the object store.
    pub objects: Objects,
    /// The mail transport.
    pub mail: Mail,
}

impl Storage {
    pub(super) fn read(reader: &Reader, home: &Path) -> Result<Self, Error> {
        let objects = reader.optional("objects", objects)?;
        let mail = reader.optional("mail", mail)?;
        Ok(Self {
            queue: reader.read("queue", queue)?,
            objects: objects.unwrap_or_else(|| Objects::Folder(home.join("objects"))),
            mail: mail.unwrap_or_else(|| Mail::Folder(home.join("mail"))),
        })
    }
}

fn queue(text: &str) -> Parsed<Queue> {
    match text {
        "postgres" => Ok(Queue::Postgres),
        "sqs" => Ok(Queue::Sqs),
        _ => Err(String::new()),
    }
}

fn objects(text: &str) -> Parsed<Objects> {
    if !text.contains("://") {
        return value::folder(text).map(Objects::Folder);
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match (url.scheme(), url.host_str()) {
        ("s3", Some(bucket)) if !bucket.is_empty() => Ok(Objects::S3(url)),
        ("s3", _) => Err("the bucket is missing".to_owned()),
        _ => Err(String::new()),
    }
}

fn mail(text: &str) -> Parsed<Mail> {
    if text == "ses" {
        return Ok(Mail::Ses);
    }
    if !text.contains("://") {
        return value::folder(text).map(Mail::Folder);
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match (url.scheme(), url.host_str()) {
        ("smtp" | "smtps", Some(host)) if !host.is_empty() => {
            SmtpEncryption::of_url(&url)?;
            Ok(Mail::Smtp(url))
        }
        ("smtp" | "smtps", _) => Err("the host is missing".to_owned()),
        _ => Err(String::new()),
    }
}
