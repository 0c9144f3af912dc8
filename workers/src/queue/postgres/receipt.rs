//! What proves a receive: the message's id, and how often it had been received then.

use coach_domain::queue::{Error, Receipt, Result};

/// A receipt, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) id: i64,
    pub(super) receives: i16,
}

impl Turn {
    /// As it is handed out.
    pub(super) fn receipt(self) -> Receipt {
        Receipt(format!("{}/{}", self.id, self.receives))
    }

    /// From what was handed out; a text that never was is as good as one that does not count any more.
    pub(super) fn of(receipt: &Receipt) -> Result<Self> {
        let (id, receives) = receipt.0.split_once('/').ok_or(Error::StaleReceipt)?;
        let stale = |_| Error::StaleReceipt;
        Ok(Self {
            id: id.parse().map_err(stale)?,
            receives: receives.parse().map_err(stale)?,
        })
    }
}
