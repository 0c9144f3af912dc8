//! Asking for the account to be deleted, and taking that back.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use crate::{
    command::{Command, Obstacle, Refusal, UserError, Work},
    database,
    id::MemberId,
};

/// How long an account can still be kept: long enough for who did it by mistake, or finds that somebody else did, and
/// well within the month that the law gives (Article 12(3) of the GDPR).
pub const DELETION_AFTER: TimeDelta = TimeDelta::days(14);

/// Has the account deleted after [`DELETION_AFTER`]. Asked for again it stays with the first date.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteAccount {}

impl Command for DeleteAccount {
    const NAME: &'static str = "deleteAccount";
    const WHILE_LEAVING: bool = true;
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        let (member, now) = (work.member()?.id, work.now());
        let sql = "
            UPDATE member
            SET deletion_requested_at = $2, deletion_final_at = $3
            WHERE id = $1 AND deletion_final_at IS NULL";
        let values = [member.into(), now.into(), (now + DELETION_AFTER).into()];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        Ok(member)
    }
}

/// Takes a [`DeleteAccount`] back that is not final yet; an account that nobody asked to delete stays as it is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct KeepAccount {}

impl Command for KeepAccount {
    const NAME: &'static str = "keepAccount";
    const WHILE_LEAVING: bool = true;
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        let member = work.member()?;
        let (id, now) = (member.id, work.now());
        if member.deletion_final_at.is_some_and(|end| end <= now) {
            return Err(UserError::new(Obstacle::DeletionFinal, "").into());
        }
        let sql = "
            UPDATE member
            SET deletion_requested_at = NULL, deletion_final_at = NULL
            WHERE id = $1 AND deletion_final_at IS NOT NULL";
        let statement = database::statement(sql, [id.into()]);
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
