//! Registering members.

use chrono_tz::Tz;
use serde::Serialize;

use super::confirm::Code;
use crate::{
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason, name},
    database,
    email_address::EmailAddress,
    id::MemberId,
    locale,
    mail::letter::Welcome,
    member::{Member, Units},
    preferences::{self, PreferenceValues},
    subscription::Access,
    time_zone,
};

/// Registers the viewer as a member.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterMember {
    /// What the member wants to be called, 1 to 80 characters.
    pub display_name: String,
    /// The email address as it was typed.
    pub email: Option<EmailAddress>,
    /// The verified address of the token: the default, and the proof that an equal `email` is theirs. It is not an
    /// argument, since a retry may carry another token.
    #[serde(skip)]
    pub verified_email: Option<EmailAddress>,
    /// A BCP 47 tag, or the same with `_` for `-`.
    pub locale: String,
    /// The time zone in which the member's days begin and end.
    pub time_zone: Tz,
    /// The units that the app shows measures in.
    pub units: Units,
    /// The preferences from which plans are made.
    pub preferences: PreferenceValues,
}

impl Command for RegisterMember {
    const NAME: &'static str = "registerMember";
    const REQUIRES_MEMBER: bool = false;
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        if context.is_registered() {
            return Err(UserError::new(UserErrorReason::AlreadyRegistered, "").into());
        }
        let email = match &self.email {
            Some(typed) => Some(deliverable(typed)?),
            None => self.verified_email.clone(),
        };
        let (id, token, now) = (context.new_id(), context.new_id(), context.now());
        // The address that was typed may belong to somebody else.
        let is_confirmed = email.is_some() && email == self.verified_email;
        let code = (email.is_some() && !is_confirmed).then(|| Code::new(context));
        let member = Member {
            id: MemberId(id),
            display_name: name(&self.display_name, "displayName")?,
            email,
            email_confirmed_at: is_confirmed.then_some(now),
            email_code_requested_at: code.as_ref().map(|_| now),
            health_data: None,
            locale: locale::language_tag(&self.locale).unwrap_or_else(|| self.locale.clone()),
            time_zone: time_zone::canonical(self.time_zone),
            units: self.units,
            access: Access::None,
            subscription: None,
            purchase_token: token.to_string(),
            deletion_final_at: None,
        };
        let digest = code.as_ref().map(|code| code.digest.clone());
        let row = member.columns(context.subject(), digest, token, now);
        database::insert(context.transaction(), "member", [row]).await?;
        let today = now.with_timezone(&self.time_zone).date_naive();
        let preferences = self.preferences.clone().effective_from(today);
        preferences::write(context.transaction(), member.id, &preferences).await?;
        let id = member.id;
        context.register(member);
        match code {
            Some(code) => context.enqueue(&code.letter(now))?,
            None => context.enqueue(&Welcome {})?,
        }
        Ok(id)
    }
}

/// Parses an address that was typed; a user error if mail cannot be sent there.
fn deliverable(typed: &EmailAddress) -> Result<EmailAddress, UserError> {
    let invalid = || UserError::new(UserErrorReason::InvalidEmail, "email");
    EmailAddress::parse(typed.as_str()).ok_or_else(invalid)
}
