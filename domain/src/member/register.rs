//! Becoming a member.

use chrono_tz::Tz;
use serde::Serialize;

use super::{EmailAddress, Member, Units, confirm::Code, entity};
use crate::{
    command::{Command, Obstacle, Refusal, UserError, Work, name},
    database,
    id::MemberId,
    locale,
    mail::letter::Welcome,
    preferences::{self, Wanted},
    subscription::Access,
    time_zone,
};

/// Makes the viewer a member.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterMember {
    /// What the member wants to be called, 1 to 80 characters.
    pub display_name: String,
    /// Where mail shall go, as it was typed.
    pub email: Option<EmailAddress>,
    /// Where it goes otherwise, and what confirms that it is theirs. It comes with the token and is no argument: a retry may have another token.
    #[serde(skip)]
    pub verified_email: Option<EmailAddress>,
    /// A BCP 47 tag, or the same with `_` for `-`.
    pub locale: String,
    /// Where the member's days begin and end.
    pub time_zone: Tz,
    /// The units that the app shows.
    pub units: Units,
    /// What plans shall be made from.
    pub preferences: Wanted,
}

impl Command for RegisterMember {
    const NAME: &'static str = "registerMember";
    const FOR_MEMBERS: bool = false;
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        if work.is_registered() {
            return Err(UserError::new(Obstacle::AlreadyRegistered, "").into());
        }
        let email = match &self.email {
            Some(written) => Some(deliverable(written)?),
            None => self.verified_email.clone(),
        };
        let (id, token, now) = (work.new_id(), work.new_id(), work.now());
        // Whoever registers can name anybody's address.
        let is_confirmed = email.is_some() && email == self.verified_email;
        let code = (email.is_some() && !is_confirmed).then(|| Code::new(work));
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
        let row = entity::Model {
            id: member.id,
            issuer: work.subject().issuer.clone(),
            subject: work.subject().subject.clone(),
            display_name: member.display_name.clone(),
            email: member.email.as_ref().map(|email| email.as_str().to_owned()),
            email_confirmed_at: member.email_confirmed_at,
            email_code_digest: code.as_ref().map(|code| code.digest.clone()),
            email_code_requested_at: member.email_code_requested_at,
            locale: member.locale.clone(),
            time_zone: member.time_zone.name().to_owned(),
            units: member.units,
            purchase_token: token,
            created_at: now,
        };
        database::insert(work.transaction(), vec![row]).await?;
        let today = now.with_timezone(&self.time_zone).date_naive();
        let preferences = self.preferences.clone().since(today);
        preferences::write(work.transaction(), member.id, &preferences).await?;
        let id = member.id;
        work.register(member);
        match code {
            Some(code) => work.owe(&code.letter(now))?,
            None => work.owe(&Welcome {})?,
        }
        Ok(id)
    }
}

/// An address that somebody typed.
fn deliverable(written: &EmailAddress) -> Result<EmailAddress, UserError> {
    let invalid = || UserError::new(Obstacle::InvalidEmail, "email");
    EmailAddress::parse(written.as_str()).ok_or_else(invalid)
}
