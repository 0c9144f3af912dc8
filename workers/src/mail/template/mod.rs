//! The letters, one file for each. Their texts and layout are in `templates/mail/`, and checked at compile time.

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
        DeliveryGuarantee, Message,
        letter::{
            CheckInDue, CheckInReceived, ConfirmAddress, DataExport, Letter, SignInCode,
            SubscriptionExpiring, SubscriptionLapsed, Welcome, YourPlan,
        },
    },
    outbox::{Decode, DecodeError, Payload as _},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Error, Recipient, Sender, attachment::PlanAttachment, compose::compose, formatting::Formatting,
};
use page::{AttachedFile, RenderContext, RenderedEmail, letter_templates};

/// Whether a letter requires the member's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentBasis {
    /// The member requested it, or it belongs to what the member uses or pays for. It is always sent.
    Service,
    /// It advertises. It offers to unsubscribe, and is not sent to members who withdrew their consent to
    /// [`MarketingEmail`](coach_domain::enums::ConsentPurpose::MarketingEmail).
    Marketing,
    /// It confirms the member's address, and is the only letter that is sent to unconfirmed addresses. The recipient
    /// may be someone else, so it contains nothing that the member wrote.
    Confirmation,
}

impl ConsentBasis {
    /// Whether a letter may be sent to a member whose answer to marketing mail is `agreed`; `None` if they have never
    /// been asked. Existing customers may receive it without consent, as long as each letter offers to unsubscribe.
    pub fn allows(self, agreed: Option<bool>) -> bool {
        self != Self::Marketing || agreed != Some(false)
    }
}

/// The attachment that a letter requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequiredAttachment {
    /// No attachment.
    Nothing,
    /// A cycle of the envelope's member.
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

/// The attachment of a letter, loaded.
#[derive(Clone, Debug)]
pub enum Attachment {
    /// No attachment.
    Nothing,
    /// For [`RequiredAttachment::Plan`].
    Plan(Box<PlanAttachment>),
    /// For [`RequiredAttachment::Object`].
    Object(Arc<[u8]>),
}

/// The properties of a letter that are known before it is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailProperties {
    /// The template: the envelope's kind.
    pub template: &'static str,
    /// Whether it requires consent.
    pub consent_basis: ConsentBasis,
    /// Whether it may be sent twice, or be lost.
    pub delivery_guarantee: DeliveryGuarantee,
    /// When it becomes useless. It is not sent after that.
    pub useful_until: Option<DateTime<Utc>>,
    /// The attachment that it requires.
    pub required_attachment: RequiredAttachment,
}

trait Template: Letter {
    fn useful_until(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn required_attachment(&self) -> RequiredAttachment {
        RequiredAttachment::Nothing
    }

    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error>;
}

macro_rules! email_payloads {
    ($($name:ident: $consent_basis:ident, $delivery_guarantee:ident;)+) => {
        /// The payload of an envelope: a letter.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the variants are named like their types")]
        pub enum EmailPayload {
            $($name($name)),+
        }

        impl Decode for EmailPayload {
            fn decode(kind: &str, version: u32, payload: &Value) -> Result<Self, DecodeError> {
                match kind {
                    $($name::KIND => Decode::decode(kind, version, payload).map(Self::$name),)+
                    _ => Err(DecodeError::UnknownKind),
                }
            }
        }

        impl EmailPayload {
            /// The properties that are known before the letter is rendered.
            pub fn properties(&self) -> EmailProperties {
                match self {
                    $(Self::$name(letter) => EmailProperties {
                        template: $name::KIND,
                        consent_basis: ConsentBasis::$consent_basis,
                        delivery_guarantee: DeliveryGuarantee::$delivery_guarantee,
                        useful_until: letter.useful_until(),
                        required_attachment: letter.required_attachment(),
                    }),+
                }
            }

            fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
                match self {
                    $(Self::$name(letter) => letter.write(context)),+
                }
            }
        }
    };
}

// The file of each letter says why.
email_payloads! {
    SignInCode: Service, AtLeastOnce;
    ConfirmAddress: Confirmation, AtLeastOnce;
    Welcome: Service, AtLeastOnce;
    YourPlan: Service, AtLeastOnce;
    CheckInDue: Service, AtMostOnce;
    CheckInReceived: Service, AtLeastOnce;
    SubscriptionExpiring: Service, AtLeastOnce;
    SubscriptionLapsed: Marketing, AtLeastOnce;
    DataExport: Service, AtLeastOnce;
}

impl EmailPayload {
    /// The recipient, if the letter itself names one; `None` if it is for the envelope's member.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] when mail cannot be sent to the address.
    pub fn recipient(&self) -> Result<Option<Recipient>, Error> {
        match self {
            Self::SignInCode(letter) => Recipient::for_sign_in(letter).map(Some),
            _ => Ok(None),
        }
    }
}

/// Renders a letter as a MIME message. `id` is the envelope's. The same arguments give the same bytes, so a message
/// that is sent again is identical.
///
/// # Errors
///
/// [`Error::Address`], [`Error::Attachment`], [`Error::Setting`] when it has to offer to unsubscribe and the sender has
/// no link for that, and [`Error::Defect`].
pub fn render(
    id: Uuid,
    payload: &EmailPayload,
    to: &Recipient,
    attachment: &Attachment,
    sender: &Sender,
    now: DateTime<Utc>,
) -> Result<Message, Error> {
    let properties = payload.properties();
    let unsubscribe = match properties.consent_basis {
        ConsentBasis::Service | ConsentBasis::Confirmation => None,
        ConsentBasis::Marketing => {
            let link = to.member.and_then(|member| sender.unsubscribe_link(member));
            let missing = || Error::Setting("unsubscribe_url is missing".to_owned());
            Some(link.ok_or_else(missing)?)
        }
    };
    let anonymous = Recipient {
        name: None,
        ..to.clone()
    };
    let to = match properties.consent_basis {
        ConsentBasis::Confirmation => &anonymous,
        ConsentBasis::Service | ConsentBasis::Marketing => to,
    };
    let context = RenderContext {
        sender,
        to,
        attachment,
        unsubscribe,
        formatting: Formatting::for_recipient(to),
        now,
    };
    let rendered = payload.write(&context)?;
    compose(id, &context, properties.template, rendered)
}
