//! Mail transports: Amazon SES, an SMTP server, and a folder for development. [`RateLimited`] limits the rate of any of
//! them.

mod mailbox;
mod rate_limit;
mod ses;
mod smtp;

pub use mailbox::{Mailbox, StoredMail};
pub use rate_limit::RateLimited;
pub use ses::{Ses, SesSettings};
pub use smtp::{Smtp, SmtpSettings};
