//! The recipient of a letter.

use chrono_tz::Tz;
use coach_domain::{
    email_address::EmailAddress,
    id::MemberId,
    mail::letter::SignInCode,
    member::{Member, Units},
};
use lettre::{Address, message::Mailbox};

use super::{Error, display_name_policy};

/// The recipient of a letter, with their settings at the time of rendering.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The address that the mail is sent to.
    pub address: EmailAddress,
    /// The member; `None` if the recipient has not registered.
    pub member: Option<MemberId>,
    /// The display name.
    pub name: Option<String>,
    /// A BCP 47 tag, which determines the language and the format of dates.
    pub locale: String,
    /// The time zone of dates and times.
    pub time_zone: Tz,
    /// The units of measures.
    pub units: Units,
}

impl Recipient {
    /// A member as a recipient; `None` if the member has no address.
    pub fn from_member(member: &Member) -> Option<Self> {
        Some(Self {
            address: member.email.clone()?,
            member: Some(member.id),
            name: Some(member.display_name.clone()),
            locale: member.locale.clone(),
            time_zone: member.time_zone,
            units: member.units,
        })
    }

    /// The recipient of a sign-in code, of whom only the address and perhaps the locale are known.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] when mail cannot be sent to the address.
    pub fn for_sign_in(letter: &SignInCode) -> Result<Self, Error> {
        Ok(Self {
            address: EmailAddress::parse(&letter.address).ok_or(Error::Address)?,
            member: None,
            name: None,
            locale: letter.locale.clone().unwrap_or_else(|| "en".to_owned()),
            time_zone: Tz::UTC,
            units: Units::Metric,
        })
    }

    /// The name for the greeting and for `To`; `None` if there is none, or it is not safe to use in mail.
    pub(super) fn mail_name(&self) -> Option<String> {
        let name = one_line(self.name.as_deref()?);
        // Joiners are parts of letters, so they are allowed.
        display_name_policy::is_harmless(&name.replace(is_joiner, "")).then_some(name)
    }

    /// Name and address for the header `To`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] when mail cannot be sent to the address.
    pub(super) fn mailbox(&self) -> Result<Mailbox, Error> {
        let (local, domain) = self.address.ascii_parts().ok_or(Error::Address)?;
        let address = Address::new(local, domain).map_err(|_| Error::Address)?;
        Ok(Mailbox::new(self.mail_name(), address))
    }
}

/// Removes characters that could end a line, are invisible, or change the direction of text. Joiners between two
/// non-ASCII characters are kept: letters of Persian and of Indian languages, and many emoji, are composed with them.
pub(super) fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| {
        if c.is_control() || c.is_whitespace() {
            ' '
        } else {
            c
        }
    });
    let visible: Vec<char> = visible
        .filter(|c| !is_invisible_or_directional(*c))
        .collect();
    let joins = |index: usize| {
        let before = index.checked_sub(1).and_then(|index| visible.get(index));
        [before, visible.get(index + 1)]
            .into_iter()
            .all(|neighbour| neighbour.is_some_and(|c| !c.is_ascii() && !is_joiner(*c)))
    };
    let kept = (visible.iter().enumerate()).filter(|(index, c)| !is_joiner(**c) || joins(*index));
    let kept: String = kept.map(|(_, c)| c).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character is ZWNJ or ZWJ.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a character is a mark of direction, a space without width, or the like.
fn is_invisible_or_directional(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn joiners_are_kept_only_between_characters_that_they_can_join() {
        for text in [
            "علی\u{200c}رضا",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}\u{200d}🔥",
        ] {
            assert_eq!(one_line(text), text, "{text:?}");
        }
        for (text, kept) in [
            ("ev\u{200d}il", "evil"),
            ("\u{200c}علی\u{200c}", "علی"),
            ("علی \u{200c} رضا", "علی رضا"),
            ("a\u{202e}b\u{200b}c\u{ad}", "abc"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("👩\u{200d}\u{200d}\u{200d}👧", "👩👧"),
        ] {
            assert_eq!(one_line(text), kept, "{text:?}");
        }
    }
}
