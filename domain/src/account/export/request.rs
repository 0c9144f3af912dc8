//! Requesting the archive.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RETENTION;
use crate::{
    account::confirm::too_soon,
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database,
    email_address::EmailAddress,
    id::MemberId,
    outbox::Payload,
    queue::QueueName,
};

/// Minimum time between two requests for an archive.
pub const REQUEST_INTERVAL: TimeDelta = TimeDelta::hours(24);

/// Requests an archive of everything that is stored about the member, which is built in the background and sent by
/// mail.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RequestDataExport {}

/// The task to build and send an archive: a message of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportTask {
    /// The id of the row of `data_export`.
    pub export: Uuid,
}

impl Payload for ExportTask {
    const QUEUE: QueueName = QueueName::EmailAttachments;
    const KIND: &'static str = "member.data-export";
}

/// The output of [`RequestDataExport`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequested {
    /// The member whose data is exported.
    pub member: MemberId,
    /// When the export was requested.
    pub requested_at: DateTime<Utc>,
}

impl Command for RequestDataExport {
    const NAME: &'static str = "requestDataExport";
    // A member whose account is being deleted may still export their data.
    const ALLOWED_DURING_DELETION: bool = true;
    type Output = ExportRequested;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<ExportRequested, CommandError> {
        let (member, now) = (context.member()?, context.now());
        let id = member.id;
        let address = member.email.as_ref();
        if !address.is_some_and(EmailAddress::is_deliverable) {
            return Err(UserError::new(UserErrorReason::NoAddressForExport, "").into());
        }
        if member.email_confirmed_at.is_none() {
            return Err(UserError::new(UserErrorReason::EmailUnconfirmed, "").into());
        }
        let sql = "
            SELECT requested_at
            FROM data_export
            WHERE member_id = $1 AND requested_at > $2
            ORDER BY requested_at DESC
            LIMIT 1";
        let latest = database::statement(sql, [id.into(), (now - REQUEST_INTERVAL).into()]);
        if let Some(row) = context.transaction().query_one_raw(latest).await? {
            let requested_at: DateTime<Utc> = row.try_get_by_index(0)?;
            let retry_at = requested_at + REQUEST_INTERVAL;
            return Err(too_soon(member, retry_at, UserErrorReason::ExportTooSoon).into());
        }
        let export = context.new_id();
        let sql = "
            INSERT INTO data_export (id, member_id, requested_at, expires_at)
            VALUES ($1, $2, $3, $4)";
        let values = [
            export.into(),
            id.into(),
            now.into(),
            (now + RETENTION).into(),
        ];
        let statement = database::statement(sql, values);
        context.transaction().execute_raw(statement).await?;
        context.enqueue(&ExportTask { export })?;
        Ok(ExportRequested {
            member: id,
            requested_at: now,
        })
    }
}
