//! Mail transports: Amazon SES, an SMTP server, and a folder for development. [`RateLimited`] limits the rate of any of
//! them.

mod mailbox;
mod rate_limit;
mod ses;
mod smtp;

use coach_domain::mail::Error;

pub use mailbox::{Mailbox, StoredMail};
pub use rate_limit::RateLimited;
pub use ses::{IdentityError, MailIdentity, Ses, SesSettings};
pub use smtp::{Smtp, SmtpEncryption, SmtpSettings};

/// The error of a message that was not sent. It is retried after the default delay.
fn unavailable(reason: impl Into<String>) -> Error {
    Error::Unavailable {
        reason: reason.into(),
        after: None,
    }
}
