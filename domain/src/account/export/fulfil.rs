//! Building an archive in the background.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, TransactionSession as _, TransactionTrait as _};
use uuid::Uuid;

use super::{ExportTask, RETENTION, archive};
use crate::{
    clock::Clock,
    database::{self, Session},
    id::MemberId,
    inbox,
    mail::letter::{self, DataExport},
    member,
    object::{self, Attributes, Condition, ObjectStore},
    outbox::{self, OutboxBatch},
    queue::Envelope,
};

/// The name in the inbox of the consumer that calls [`fulfil`].
pub const CONSUMER: &str = "data-export";

/// Why an archive was not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The envelope names no member. A retry does not help.
    #[error("the envelope does not contain an export task: no member")]
    NoMember,
    /// An error of the domain or the database.
    #[error(transparent)]
    Database(#[from] crate::Error),
    /// The member answered the consent `HEALTH_DATA` meanwhile: the archive may contain data that was since erased.
    #[error("the consent HEALTH_DATA was answered meanwhile")]
    ConsentChanged,
    /// An error of the object store.
    #[error(transparent)]
    ObjectStore(#[from] object::Error),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

/// Processes the task of an envelope once: stores the archive in the object store, and enqueues the letter that attaches
/// it. If the member has been erased meanwhile, nothing is left behind. Inserts the envelope into the inbox, as of
/// [`CONSUMER`]; the caller skips envelopes that are in it, so that their archives are not built again.
///
/// # Errors
///
/// All errors but [`Error::NoMember`] can be retried.
pub async fn fulfil(
    session: &Session,
    clock: &dyn Clock,
    objects: &dyn ObjectStore,
    envelope: &Envelope,
    ExportTask { export }: ExportTask,
) -> Result<(), Error> {
    let member = envelope.member.ok_or(Error::NoMember)?;
    let now = clock.now();
    let found = find(session, member, export).await?;
    let answer = health_answer(session, member).await?;
    let archive = archive(session, member, now).await?;
    let (Some(found), Some(archive)) = (found, archive) else {
        // The member has been erased, or the export has expired.
        inbox::insert(session, CONSUMER, envelope.id).await?;
        return Ok(());
    };
    let defect = |error: serde_json::Error| crate::Error::Invariant(error.to_string());
    let text = serde_json::to_vec_pretty(&archive).map_err(defect)?;
    let attributes = Attributes {
        content_type: Some("application/json"),
        cache_control: Some("private, no-store"),
    };
    // The key is stored in the row, so a retry writes the same object.
    objects
        .put(&found.key, &text, &attributes, &Condition::Always)
        .await?;
    let transaction = session.begin().await?;
    let member_exists = member::lock_by_id(&transaction, member).await?;
    if !inbox::insert(&transaction, CONSUMER, envelope.id).await? {
        transaction.rollback().await?;
        return Ok(());
    }
    if health_answer(&transaction, member).await? != answer {
        // The archive may contain data that was erased meanwhile. The retry replaces it.
        transaction.rollback().await?;
        return Err(Error::ConsentChanged);
    }
    if member_exists && mark_built(&transaction, export, now).await? {
        let mut outbox = OutboxBatch::new(Some(member), now);
        let letter = DataExport {
            requested_at: found.requested_at,
            archive: letter::Archive::Attachment { key: found.key },
        };
        outbox.enqueue(&letter)?;
        outbox::insert(&transaction, outbox.messages(), session.span()).await?;
        transaction.commit().await?;
        outbox::notify_relays();
        return Ok(());
    }
    objects.delete(&found.key).await?;
    transaction.commit().await?;
    Ok(())
}

struct Found {
    key: String,
    requested_at: DateTime<Utc>,
}

async fn find(
    db: &impl ConnectionTrait,
    member: MemberId,
    export: Uuid,
) -> crate::Result<Option<Found>> {
    let sql = "SELECT object_key, requested_at FROM data_export WHERE id = $1 AND member_id = $2";
    let statement = database::statement(sql, [export.into(), member.into()]);
    let row = db.query_one_raw(statement).await?;
    let found = row.map(|row| {
        Ok(Found {
            key: row.try_get_by_index(0)?,
            requested_at: row.try_get_by_index(1)?,
        })
    });
    found.transpose()
}

/// The latest answer on the consent `HEALTH_DATA`, and when it was given.
async fn health_answer(
    db: &impl ConnectionTrait,
    member: MemberId,
) -> crate::Result<Option<(bool, DateTime<Utc>)>> {
    let sql =
        "SELECT granted, changed_at FROM consent WHERE member_id = $1 AND purpose = 'HEALTH_DATA'";
    let statement = database::statement(sql, [member.into()]);
    let row = db.query_one_raw(statement).await?;
    row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .transpose()
}

/// Marks the export as built; false if its row has been deleted.
async fn mark_built(
    db: &impl ConnectionTrait,
    export: Uuid,
    now: DateTime<Utc>,
) -> crate::Result<bool> {
    let sql = "UPDATE data_export SET built_at = $2, expires_at = $3 WHERE id = $1";
    let values = [export.into(), now.into(), (now + RETENTION).into()];
    let updated = db.execute_raw(database::statement(sql, values)).await?;
    Ok(updated.rows_affected() == 1)
}
