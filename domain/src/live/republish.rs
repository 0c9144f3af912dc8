//! Publishing the status file again, for operators.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use super::{STATUS_FILE_KEY, Status, operate::raise_version, status};
use crate::{
    Error, Result,
    audit::{self, Actor, AuditEntry},
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database::Transaction,
    live::Publish,
    object::{self, ObjectStore},
};

/// Reads the status file; `None` when it is missing or not valid.
///
/// # Errors
///
/// When the object store cannot be read.
pub async fn read_status_file(store: &dyn ObjectStore) -> Result<Option<Status>, object::Error> {
    let found = store.get(STATUS_FILE_KEY).await?;
    Ok(found.and_then(|object| serde_json::from_slice(&object.bytes).ok()))
}

/// What becomes of a status file that is to be published again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Republication {
    /// It says what the database says, and stays as it is.
    UpToDate {
        /// Its version.
        version: i64,
    },
    /// It is ahead of the database, and stays as it is.
    Ahead,
    /// It is to be written.
    Due {
        /// The version that it then has.
        version: i64,
        /// Whether the version in the database has been raised above the file's for that.
        raised: bool,
    },
}

/// Writes an audit entry if the status file has to be published, before which the transaction must be committed. With
/// `raise`, raises the version in the database above that of a file that is ahead.
pub async fn republish(
    transaction: &Transaction,
    file: Option<&Status>,
    raise: bool,
    actor: Actor<'_>,
    now: DateTime<Utc>,
) -> Result<Republication> {
    let latest = status(transaction).await?;
    let before = file.map(|file| file.version);
    let version = latest.version;
    let (published, action, detail) = match before {
        _ if file == Some(&latest) => return Ok(Republication::UpToDate { version }),
        Some(before) if before > version && !raise => return Ok(Republication::Ahead),
        Some(before) if before > version => {
            let raised = raise_version(transaction, before).await?;
            let detail = json!({ "file": before, "database": version, "version": raised });
            (raised, "live.raise", detail)
        }
        _ => {
            let detail = json!({ "file": before, "version": version });
            (version, "live.publish", detail)
        }
    };
    let entry = AuditEntry {
        actor,
        action,
        detail,
    };
    audit::record(transaction, &entry, now).await?;
    Ok(Republication::Due {
        version: published,
        raised: published > version,
    })
}

/// Has the status file published if it differs from the database. The output is the version that the file then has.
#[derive(Serialize)]
pub struct PublishLiveStatus {
    /// Whether to replace a file that is ahead of the database, too.
    pub raise: bool,
    /// The store of the file.
    #[serde(skip)]
    pub objects: Arc<dyn ObjectStore>,
}

impl Command for PublishLiveStatus {
    const NAME: &'static str = "publishLiveStatus";
    const REQUIRES_MEMBER: bool = false;
    type Output = i64;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<i64, CommandError> {
        let file = read_status_file(&*self.objects).await.map_err(|error| {
            tracing::warn!(%error, "the status file cannot be read");
            Error::LiveStatusUnavailable
        })?;
        let (transaction, actor) = (context.transaction(), context.subject().into());
        match republish(transaction, file.as_ref(), self.raise, actor, context.now()).await? {
            Republication::UpToDate { version } => Ok(version),
            Republication::Ahead => {
                Err(UserError::new(UserErrorReason::StatusFileAhead, "raise").into())
            }
            Republication::Due { version, .. } => {
                context.enqueue(&Publish {})?;
                Ok(version)
            }
        }
    }
}
