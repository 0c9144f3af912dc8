//! Putting an archive together, in the background.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, TransactionSession as _, TransactionTrait as _};
use uuid::Uuid;

use super::{Asked, KEPT_FOR, archive};
use crate::{
    clock::Clock,
    database::{self, Session},
    id::MemberId,
    inbox,
    mail::letter::{self, DataExport},
    member,
    object::{self, Attributes, Condition, ObjectStore},
    outbox::{self, Effects},
    queue::Envelope,
};

/// Its name in the inbox.
const CONSUMER: &str = "data-export";

/// Why an archive was not put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The envelope is none of [`Asked`]: trying again does not help.
    #[error("the envelope does not ask for an archive: {0}")]
    Envelope(&'static str),
    /// The database.
    #[error(transparent)]
    Database(#[from] crate::Error),
    /// The member withdrew a consent meanwhile: what was put together holds too much.
    #[error("the consent HEALTH_DATA was answered meanwhile")]
    Changed,
    /// The object store.
    #[error(transparent)]
    Objects(#[from] object::Error),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

/// Does what [`Asked`] asks, once: puts the archive into the object store, and owes the letter that encloses it. Where
/// the member is gone meanwhile, nothing is left behind.
///
/// # Errors
///
/// After an error it can be tried again; [`Error::Envelope`] stays.
pub async fn fulfil(
    session: &Session,
    clock: &dyn Clock,
    objects: &dyn ObjectStore,
    envelope: &Envelope,
) -> Result<(), Error> {
    let member = envelope.member.ok_or(Error::Envelope("no member"))?;
    let asked = serde_json::from_value(envelope.payload.clone());
    let Asked { export } = asked.map_err(|_| Error::Envelope("no export"))?;
    if inbox::holds(session, CONSUMER, envelope.id).await? {
        return Ok(());
    }
    let now = clock.now();
    let found = find(session, member, export).await?;
    let answer = health_answer(session, member).await?;
    let archive = archive(session, member, now).await?;
    let (Some(found), Some(archive)) = (found, archive) else {
        // The member is gone, or it is too late.
        inbox::enter(session, CONSUMER, envelope.id).await?;
        return Ok(());
    };
    let defect = |error: serde_json::Error| crate::Error::Invariant(error.to_string());
    let text = serde_json::to_vec_pretty(&archive).map_err(defect)?;
    let attributes = Attributes {
        content_type: Some("application/json"),
        cache_control: Some("private, no-store"),
    };
    // The key is the row's, so a second try writes the same object.
    objects
        .put(&found.key, &text, &attributes, &Condition::Always)
        .await?;
    let transaction = session.begin().await?;
    let there = member::lock_by_id(&transaction, member).await?;
    if !inbox::enter(&transaction, CONSUMER, envelope.id).await? {
        transaction.rollback().await?;
        return Ok(());
    }
    if health_answer(&transaction, member).await? != answer {
        // What was withdrawn meanwhile is in it. The next try puts another in its place.
        transaction.rollback().await?;
        return Err(Error::Changed);
    }
    if there && mark(&transaction, export, now).await? {
        let mut effects = Effects::new(Some(member), now);
        let letter = DataExport {
            requested_at: found.requested_at,
            archive: letter::Archive::Attachment { key: found.key },
        };
        effects.owe(&letter)?;
        outbox::insert(&transaction, effects.owed(), session.span(), now).await?;
        transaction.commit().await?;
        outbox::announce();
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

/// What was answered last on data on health, and when.
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

/// Notes that it is there; false where it is not wanted any more.
async fn mark(db: &impl ConnectionTrait, export: Uuid, now: DateTime<Utc>) -> crate::Result<bool> {
    let sql = "UPDATE data_export SET built_at = $2, expires_at = $3 WHERE id = $1";
    let values = [export.into(), now.into(), (now + KEPT_FOR).into()];
    let marked = db.execute_raw(database::statement(sql, values)).await?;
    Ok(marked.rows_affected() == 1)
}
