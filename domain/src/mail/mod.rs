//! Email: messages, the interface to send them, and the records of their delivery.

pub mod budget;
pub mod delivery;
pub mod letter;
pub mod sign_in;
pub mod unsubscribe;

use std::time::Duration;

use uuid::Uuid;

/// Whether an email is sent again when a process dies after the provider has accepted it, but before that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryGuarantee {
    /// It is sent again: the recipient may get it twice.
    AtLeastOnce,
    /// It is not sent again: it may be lost.
    AtMostOnce,
}

/// An email to one recipient, complete as of RFC 5322.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The id of the queue message's envelope, which stays the same when the email is sent again.
    pub id: Uuid,
    /// The SMTP envelope's sender, which gets bounces.
    pub from: String,
    /// The SMTP envelope's recipient.
    pub to: String,
    /// Headers and body, as they are transmitted.
    pub mime: Vec<u8>,
}

/// Omits the recipient and the text, which are personal data.
impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Message({} bytes)", self.mime.len())
    }
}

/// Why an email was not sent. The texts contain neither the recipient nor the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The mail server or provider cannot be reached, or throttles: a retry may succeed.
    #[error("mail cannot be sent at the moment: {reason}")]
    Unavailable {
        /// The cause, for operators.
        reason: String,
        /// The delay before a retry that the server asks for, if any.
        after: Option<Duration>,
    },
    /// The recipient or the message is rejected for good.
    #[error("the message is refused: {0}")]
    Refused(String),
    /// It is unknown whether the email was sent: the connection broke between the message and its acceptance.
    #[error("it is not known whether the message was sent: {0}")]
    Unknown(String),
}

/// Sends mail.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Sends a message. Returns the provider's id of the message, if the provider assigns one.
    async fn send(&self, message: &Message) -> Result<Option<String>, Error>;
}
