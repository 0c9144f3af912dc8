//! Where messages, objects and mail go. Read by the workers; checked here, so that a wrong value stops the start.

use std::path::{Path, PathBuf};

use reqwest::Url;

use super::{
    Error,
    reader::Reader,
    value::{self, Parsed},
};

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Queue {
    /// Tables in the database.
    Postgres,
    /// Amazon SQS.
    Sqs,
}

/// Where objects are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Objects {
    /// A folder.
    Folder(PathBuf),
    /// Amazon S3, or what speaks like it: bucket and prefix.
    S3(Url),
}

/// Where mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mail {
    /// Nowhere: into files that people can look at.
    Folder(PathBuf),
    /// Amazon SES.
    Ses,
    /// An SMTP server.
    Smtp(Url),
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// What carries messages.
    pub queue: Queue,
    /// Where objects are kept.
    pub objects: Objects,
    /// Where mail goes.
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
        ("smtp" | "smtps", Some(host)) if !host.is_empty() => Ok(Mail::Smtp(url)),
        _ => Err(String::new()),
    }
}
