//! Asking for the archive.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::KEPT_FOR;
use crate::{
    command::{Command, Obstacle, Refusal, UserError, Work},
    database,
    id::MemberId,
    member::{EmailAddress, confirm::too_soon},
    outbox::Payload,
    queue::QueueName,
};

/// How long to wait before another archive can be asked for.
pub const INTERVAL: TimeDelta = TimeDelta::hours(24);

/// Has an archive of everything stored about the member put together and mailed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RequestDataExport {}

/// What the background has to do: the payload of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The row of `data_export`.
    pub export: Uuid,
}

impl Payload for Asked {
    const QUEUE: QueueName = QueueName::EmailAttachments;
    const KIND: &'static str = "member.data-export";
}

/// What came of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// Whose data.
    pub member: MemberId,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
}

impl Command for RequestDataExport {
    const NAME: &'static str = "requestDataExport";
    // Who leaves may take what is theirs along.
    const WHILE_LEAVING: bool = true;
    type Outcome = Requested;

    async fn run(&self, work: &mut Work<'_>) -> Result<Requested, Refusal> {
        let (member, now) = (work.member()?, work.now());
        let id = member.id;
        let address = member.email.as_ref();
        if !address.is_some_and(EmailAddress::can_be_sent_to) {
            return Err(UserError::new(Obstacle::NoAddressForExport, "").into());
        }
        if member.email_confirmed_at.is_none() {
            return Err(UserError::new(Obstacle::Unconfirmed, "").into());
        }
        let sql = "
            SELECT requested_at
            FROM data_export
            WHERE member_id = $1 AND requested_at > $2
            ORDER BY requested_at DESC
            LIMIT 1";
        let latest = database::statement(sql, [id.into(), (now - INTERVAL).into()]);
        if let Some(row) = work.transaction().query_one_raw(latest).await? {
            let requested_at: DateTime<Utc> = row.try_get_by_index(0)?;
            let again = requested_at + INTERVAL;
            return Err(too_soon(member, again, Obstacle::ExportTooSoon).into());
        }
        let export = work.new_id();
        let sql = "
            INSERT INTO data_export (id, member_id, requested_at, expires_at)
            VALUES ($1, $2, $3, $4)";
        let values = [
            export.into(),
            id.into(),
            now.into(),
            (now + KEPT_FOR).into(),
        ];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        work.owe(&Asked { export })?;
        Ok(Requested {
            member: id,
            requested_at: now,
        })
    }
}
