//! Mail, as what sends it sees it.

pub mod budget;
pub mod delivery;
pub mod letter;
pub mod sign_in;
pub mod unsubscribe;

use std::time::Duration;

use uuid::Uuid;

/// Whether a mail may come twice or be lost, where a process ends between a provider's acceptance and our mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It is sent again: it may come twice.
    AtLeastOnce,
    /// It is not: it may be lost.
    AtMostOnce,
}

/// One message to one recipient, complete as RFC 5322 describes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The envelope's id, which the same message keeps when it is sent again.
    pub id: Uuid,
    /// The envelope's sender, which bounces go to.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// Headers and body as they go over the wire.
    pub mime: Vec<u8>,
}

/// Without the recipient and the text, which are a member's.
impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Message({} bytes)", self.mime.len())
    }
}

/// Why a message was not sent. Texts hold neither the recipient nor the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not now: it cannot be reached, or asks to slow down.
    #[error("mail cannot be sent at the moment: {reason}")]
    Unavailable {
        /// Why.
        reason: String,
        /// When to try again, where it says so.
        after: Option<Duration>,
    },
    /// Never: the recipient or the message is refused.
    #[error("the message is refused: {0}")]
    Refused(String),
    /// It is not known whether it was sent: the connection ended between the message and its acceptance.
    #[error("it is not known whether the message was sent: {0}")]
    Unknown(String),
}

/// Sends mail.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Sends a message, and returns the id that it has at the provider, where it has one.
    async fn send(&self, message: &Message) -> Result<Option<String>, Error>;
}
