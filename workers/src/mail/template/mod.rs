//! How letters read: one file for each. Texts and layout are in `templates/mail/`, checked when this is compiled.

mod check_in_due;
mod check_in_received;
mod confirm_address;
mod data_export;
pub(super) mod page;
mod sign_in_code;
mod subscription_expiring;
mod subscription_lapsed;
mod welcome;
mod your_plan;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::{
    mail::{
        Message, Repeat,
        letter::{
            CheckInDue, CheckInReceived, ConfirmAddress, DataExport, Letter, SignInCode,
            SubscriptionExpiring, SubscriptionLapsed, Welcome, YourPlan,
        },
    },
    outbox::Payload as _,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Error, House, Recipient, attachment::PlanAttachment, compose::compose};
use page::{Desk, Sheet};

/// Whether a mail needs the member's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// It was asked for, or belongs to what the member uses or pays for: it is always sent.
    Service,
    /// It is to win somebody over: it offers to unsubscribe, and is not sent to who withdrew
    /// [`MarketingEmail`](coach_domain::consent::ConsentPurpose::MarketingEmail).
    Marketing,
    /// It confirms the member's address: the only mail that goes to one that is not confirmed. Who gets it may have
    /// nothing to do with the member, so it holds nothing that the member wrote.
    Confirmation,
}

impl Footing {
    /// Whether such a mail may be sent to who agreed to marketing mail, or did not, or was never asked: existing
    /// customers may be written to as long as they can refuse each time.
    pub fn allows(self, agreed: Option<bool>) -> bool {
        self != Self::Marketing || agreed != Some(false)
    }
}

/// What has to be enclosed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The days of a cycle of the envelope's member.
    Plan {
        /// The cycle.
        cycle: Uuid,
    },
    /// An object of the object store.
    Object {
        /// Its key.
        key: String,
    },
}

/// What is enclosed.
#[derive(Clone, Debug)]
pub enum Enclosure {
    /// Nothing.
    Nothing,
    /// For [`Needs::Plan`].
    Plan(Box<PlanAttachment>),
    /// For [`Needs::Object`].
    Object(Arc<[u8]>),
}

/// What is known of a letter before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The template: the envelope's kind.
    pub template: &'static str,
    /// Whether it needs consent.
    pub footing: Footing,
    /// Whether it may come twice, or be lost.
    pub repeat: Repeat,
    /// From when on it is of no use, and is not to be sent.
    pub useful_until: Option<DateTime<Utc>>,
    /// What has to be enclosed.
    pub needs: Needs,
}

trait Template: Letter {
    const FOOTING: Footing;
    const REPEAT: Repeat;

    fn useful_until(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error>;
}

macro_rules! posts {
    ($($name:ident),+ $(,)?) => {
        /// A letter that was read from its envelope.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "named like what is in them")]
        pub enum Post {
            $($name($name)),+
        }

        /// Reads the payload of an envelope.
        ///
        /// # Errors
        ///
        /// [`Error::UnknownKind`] and [`Error::Payload`].
        pub fn read(kind: &str, version: u32, payload: &Value) -> Result<Post, Error> {
            match (kind, version) {
                $(($name::KIND, $name::VERSION) => {
                    // `null` is how an envelope without a payload arrives.
                    let payload = if payload.is_null() { &Value::Object(serde_json::Map::new()) } else { payload };
                    let letter = serde::Deserialize::deserialize(payload);
                    letter.map(Post::$name).map_err(|_: serde_json::Error| Error::Payload($name::KIND))
                })+
                _ => Err(Error::UnknownKind { kind: kind.to_owned(), version }),
            }
        }

        impl Post {
            /// What is known of it before it is written.
            pub fn about(&self) -> About {
                match self {
                    $(Self::$name(letter) => About {
                        template: $name::KIND,
                        footing: $name::FOOTING,
                        repeat: $name::REPEAT,
                        useful_until: letter.useful_until(),
                        needs: letter.needs(),
                    }),+
                }
            }

            fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
                match self {
                    $(Self::$name(letter) => letter.write(desk)),+
                }
            }
        }
    };
}

posts! {
    SignInCode,
    ConfirmAddress,
    Welcome,
    YourPlan,
    CheckInDue,
    CheckInReceived,
    SubscriptionExpiring,
    SubscriptionLapsed,
    DataExport,
}

impl Post {
    /// Whom the letter itself says that it is for; `None` where it is the envelope's member.
    ///
    /// # Errors
    ///
    /// [`Error::Address`].
    pub fn recipient(&self) -> Result<Option<Recipient>, Error> {
        match self {
            Self::SignInCode(letter) => Recipient::stranger(letter).map(Some),
            _ => Ok(None),
        }
    }
}

/// Writes a letter. The same arguments give the same bytes, so a message that is sent again is the same message; `id`
/// is the envelope's.
///
/// # Errors
///
/// [`Error::Address`], [`Error::Enclosure`], [`Error::Setting`] when it has to offer to unsubscribe and the house has no
/// link for that, and [`Error::Defect`].
pub fn render(
    id: Uuid,
    post: &Post,
    to: &Recipient,
    enclosure: &Enclosure,
    house: &House,
    now: DateTime<Utc>,
) -> Result<Message, Error> {
    let unsubscribe = match post.about().footing {
        Footing::Service | Footing::Confirmation => None,
        Footing::Marketing => {
            let link = to.member.and_then(|member| house.unsubscribe_link(member));
            let missing = || Error::Setting("unsubscribe_url is missing".to_owned());
            Some(link.ok_or_else(missing)?)
        }
    };
    let anonymous = Recipient {
        name: None,
        ..to.clone()
    };
    let to = match post.about().footing {
        Footing::Confirmation => &anonymous,
        Footing::Service | Footing::Marketing => to,
    };
    let desk = Desk::new(house, to, enclosure, unsubscribe, now);
    let sheet = post.write(&desk)?;
    compose(id, &desk, post.about().template, sheet)
}
