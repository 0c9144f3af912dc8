//! What members do with their accounts: register, confirm the address, export the data, leave.

pub(crate) mod confirm;
mod erase;
pub mod export;
mod leave;
mod register;

pub use confirm::{CODE_INTERVAL, CODE_LIFETIME, ConfirmEmail, RequestEmailConfirmation};
pub use erase::{erase, erase_due};
pub use leave::{DELETION_GRACE_PERIOD, DeleteAccount, KeepAccount};
pub use register::RegisterMember;
