//! Confirming a member's address by the token, whatever the command.

use sea_orm::ConnectionTrait as _;

use super::{CommandContext, CommandError};
use crate::{database, mail::letter::Welcome};

/// Confirms the address of a member whose token states the same address as verified.
pub(super) async fn confirm_by_token(context: &mut CommandContext<'_>) -> Result<(), CommandError> {
    let (verified, now) = (context.verified_email(), context.now());
    let Some(member) = context.registered_member() else {
        return Ok(());
    };
    if member.email_confirmed_at.is_some()
        || member.email.is_none()
        || member.email.as_ref() != verified
    {
        return Ok(());
    }
    let sql = "
        UPDATE member
        SET email_confirmed_at = $2, email_code_digest = NULL, email_code_requested_at = NULL
        WHERE id = $1";
    let statement = database::statement(sql, [member.id.into(), now.into()]);
    context.transaction().execute_raw(statement).await?;
    context.confirm_email(now);
    Ok(context.enqueue(&Welcome {})?)
}
