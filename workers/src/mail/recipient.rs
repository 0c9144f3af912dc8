//! Whom a letter is for.

use chrono_tz::Tz;
use coach_domain::{
    id::MemberId,
    mail::letter::SignInCode,
    member::{EmailAddress, Member, Units},
};
use lettre::{Address, message::Mailbox};

use super::{Error, name};

/// Whom a letter is for, as they are when it is written.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Where it goes.
    pub address: EmailAddress,
    /// Who it is; `None` for who has not registered.
    pub member: Option<MemberId>,
    /// What they want to be called.
    pub name: Option<String>,
    /// A BCP 47 tag: the language, and how dates are written.
    pub locale: String,
    /// What dates and times are given in.
    pub time_zone: Tz,
    /// What measures are given in.
    pub units: Units,
}

impl Recipient {
    /// A member; `None` for one without an address.
    pub fn of(member: &Member) -> Option<Self> {
        Some(Self {
            address: member.email.clone()?,
            member: Some(member.id),
            name: Some(member.display_name.clone()),
            locale: member.locale.clone(),
            time_zone: member.time_zone,
            units: member.units,
        })
    }

    /// Somebody who wants to sign in, of whom no more than the address is known.
    ///
    /// # Errors
    ///
    /// [`Error::Address`].
    pub fn stranger(letter: &SignInCode) -> Result<Self, Error> {
        Ok(Self {
            address: EmailAddress::parse(&letter.address).ok_or(Error::Address)?,
            member: None,
            name: None,
            locale: letter.locale.clone().unwrap_or_else(|| "en".to_owned()),
            time_zone: Tz::UTC,
            units: Units::Metric,
        })
    }

    /// The name as it may stand in a mail, in a greeting as in `To`; `None` where the mail is to greet nobody in
    /// particular.
    pub(super) fn spoken_name(&self) -> Option<String> {
        let name = one_line(self.name.as_deref()?);
        // Joiners are parts of letters.
        name::is_harmless(&name.replace(is_joiner, "")).then_some(name)
    }

    /// Name and address for the header.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for one that no mail can be sent to.
    pub(super) fn mailbox(&self) -> Result<Mailbox, Error> {
        let (local, domain) = self.address.ascii_parts().ok_or(Error::Address)?;
        let address = Address::new(local, domain).map_err(|_| Error::Address)?;
        Ok(Mailbox::new(self.spoken_name(), address))
    }
}

/// A text without what could end a line, hide, or turn the direction of what follows. Joiners stay where they join: they
/// make letters of Persian and of India's languages, and families of emoji, what they are.
pub(super) fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| {
        if c.is_control() || c.is_whitespace() {
            ' '
        } else {
            c
        }
    });
    let visible: Vec<char> = visible.filter(|c| !turns_or_hides(*c)).collect();
    let joins = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| visible.get(at));
        [before, visible.get(at + 1)]
            .into_iter()
            .all(|beside| beside.is_some_and(|c| !c.is_ascii() && !is_joiner(*c)))
    };
    let kept = (visible.iter().enumerate()).filter(|(at, c)| !is_joiner(**c) || joins(*at));
    let kept: String = kept.map(|(_, c)| c).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// ZWNJ and ZWJ.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Marks of direction, spaces without width, and the like.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn joiners_stay_where_they_join() {
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
