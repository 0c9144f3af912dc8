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

/// Raises the version in the database above that of the status file, and writes an audit entry. Returns the version
/// afterwards.
pub async fn raise_above(
    transaction: &Transaction,
    file: &Status,
    actor: Actor<'_>,
    now: DateTime<Utc>,
) -> Result<i64> {
    let latest = status(transaction).await?;
    let version = raise_version(transaction, file.version).await?;
    let entry = AuditEntry {
        actor,
        action: "live.raise",
        detail: json!({ "file": file.version, "database": latest.version, "version": version }),
    };
    audit::record(transaction, &entry, now).await?;
    Ok(version)
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
        let latest = status(transaction).await?;
        let mut version = latest.version;
        match &file {
            Some(file) if *file == latest => return Ok(version),
            Some(file) if file.version > version && !self.raise => {
                return Err(UserError::new(UserErrorReason::StatusFileAhead, "raise").into());
            }
            Some(file) if file.version > version => {
                version = raise_above(transaction, file, actor, context.now()).await?;
            }
            _ => {
                let entry = AuditEntry {
                    actor,
                    action: "live.publish",
                    detail: json!({
                        "file": file.as_ref().map(|file| file.version),
                        "version": version,
                    }),
                };
                audit::record(transaction, &entry, context.now()).await?;
            }
        }
        context.enqueue(&Publish {})?;
        Ok(version)
    }
}
