//! Purchases: what shops report about subscriptions, whom it belongs to, and what follows from it.

mod archive;
mod confirm;
mod link;
mod report;
mod statement_store;
mod verifier;

pub use archive::{ARCHIVE_PURGE, ARCHIVE_RETENTION};
pub use confirm::{MAX_CHECKS, confirm, next_request_time};
pub use link::{LinkPurchase, Linked};
pub use report::{Report, ReportOutcome};
pub use statement_store::{UNLINKED_PURGE, UNLINKED_RETENTION};
pub use verifier::{Products, PurchaseError, PurchaseVerifier, Shops};
