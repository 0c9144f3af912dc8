//! Mail. A letter is the content of an email; [`render`] renders it for its recipient, and the transports in [`send`]
//! send it. See `docs/EMAIL.md`.

pub mod attachment;
mod compose;
mod deliver;
mod display_name_policy;
mod error;
mod formatting;
mod meter;
mod recipient;
pub mod send;
mod sender;
pub mod template;

pub use deliver::EmailConsumer;
pub use error::Error;
pub use recipient::Recipient;
pub use sender::{Sender, SenderSettings};
pub use template::{
    Attachment, ConsentBasis, EmailPayload, EmailProperties, RequiredAttachment, render,
};
