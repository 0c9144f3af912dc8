//! Requesting the deletion of an account, and cancelling the request.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use crate::{
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database,
    id::MemberId,
};

/// How long the deletion of an account can be cancelled: long enough for a member who requested it by mistake, or finds
/// that somebody else did, and well within the month that the law allows (Article 12(3) of the GDPR).
pub const DELETION_GRACE_PERIOD: TimeDelta = TimeDelta::days(14);

/// Schedules the deletion of the account after [`DELETION_GRACE_PERIOD`]. A repeated request keeps the first date.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteAccount {}

impl Command for DeleteAccount {
    const NAME: &'static str = "deleteAccount";
    const ALLOWED_DURING_DELETION: bool = true;
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        let (member, now) = (context.member()?.id, context.now());
        let sql = "
            UPDATE member
            SET deletion_requested_at = $2, deletion_final_at = $3
            WHERE id = $1 AND deletion_final_at IS NULL";
        let values = [
            member.into(),
            now.into(),
            (now + DELETION_GRACE_PERIOD).into(),
        ];
        let statement = database::statement(sql, values);
        context.transaction().execute_raw(statement).await?;
        Ok(member)
    }
}

/// Cancels a [`DeleteAccount`] that is not final yet. Without one it does nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct KeepAccount {}

impl Command for KeepAccount {
    const NAME: &'static str = "keepAccount";
    const ALLOWED_DURING_DELETION: bool = true;
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        let member = context.member()?;
        let (id, now) = (member.id, context.now());
        if member.deletion_final_at.is_some_and(|end| end <= now) {
            return Err(UserError::new(UserErrorReason::DeletionFinal, "").into());
        }
        let sql = "
            UPDATE member
            SET deletion_requested_at = NULL, deletion_final_at = NULL
            WHERE id = $1 AND deletion_final_at IS NOT NULL";
        let statement = database::statement(sql, [id.into()]);
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
