//! The payloads of messages: how senders declare them, and how consumers decode them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::queue::QueueName;

/// The payload of a message.
pub trait Payload: Serialize {
    /// The queue that the message is sent to.
    const QUEUE: QueueName;
    /// The message's kind, such as `email.welcome`, by which consumers choose what to do.
    const KIND: &'static str;
    /// The version of the kind's payload. Optional fields may be added within a version; any other change needs a new
    /// version.
    const VERSION: u32 = 1;
}

/// Why the payload of a message cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The kind or version is unknown to this release; a newer one may know it.
    #[error("the kind or version is not known")]
    UnknownKind,
    /// The payload is not of the type of this kind and its version. A retry cannot succeed. The payload itself is not
    /// part of the error, since it may contain personal data.
    #[error("the payload of {0} is not what its version says")]
    Malformed(&'static str),
}

/// What a consumer decodes messages as: a payload, or an enum of the payloads that it handles alike.
pub trait Decode: Sized {
    /// Decodes the payload of an envelope with this kind and version.
    ///
    /// # Errors
    ///
    /// When it does not know the kind or version, or the payload does not match them.
    fn decode(kind: &str, version: u32, payload: &Value) -> Result<Self, DecodeError>;
}

impl<P: Payload + DeserializeOwned> Decode for P {
    fn decode(kind: &str, version: u32, payload: &Value) -> Result<Self, DecodeError> {
        if (kind, version) != (P::KIND, P::VERSION) {
            return Err(DecodeError::UnknownKind);
        }
        // An envelope without a payload has `null`.
        let empty = Value::Object(Map::new());
        let payload = if payload.is_null() { &empty } else { payload };
        P::deserialize(payload).map_err(|_| DecodeError::Malformed(P::KIND))
    }
}
