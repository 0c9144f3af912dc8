//! Receipts: the id of the message, and its count of receives at the time of the receive.

use coach_domain::queue::{Error, Receipt, Result};

/// The parsed form of a [`Receipt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParsedReceipt {
    pub(super) id: i64,
    pub(super) receives: i16,
}

impl ParsedReceipt {
    /// The form that is passed to receivers.
    pub(super) fn receipt(self) -> Receipt {
        Receipt(format!("{}/{}", self.id, self.receives))
    }

    /// Parses a receipt. Malformed text is treated like a stale receipt.
    pub(super) fn parse(receipt: &Receipt) -> Result<Self> {
        let (id, receives) = receipt.0.split_once('/').ok_or(Error::StaleReceipt)?;
        let stale = |_| Error::StaleReceipt;
        Ok(Self {
            id: id.parse().map_err(stale)?,
            receives: receives.parse().map_err(stale)?,
        })
    }
}
