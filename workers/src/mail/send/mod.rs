//! What sends mail: Amazon SES, an SMTP server, or a folder that people look into. [`Limited`] keeps any of them at a
//! rate.

mod limit;
mod mailbox;
mod ses;
mod smtp;

pub use limit::Limited;
pub use mailbox::{Mailbox, StoredMail};
pub use ses::{Ses, SesSettings};
pub use smtp::{Smtp, SmtpSettings};
