//! The limits of one call of SNS.

use coach_domain::queue::{Error, Result};

use super::entry::Entry;
use crate::queue::fill_batch;

/// The maximum size in bytes of a message, and of a call: a quarter of that of a queue.
const MAX_BYTES: usize = 262_144;

/// Returns for each event whether it can be published, and still fits into the call.
pub(super) fn check_limits(entries: &[Result<Entry>]) -> Vec<Result<()>> {
    let lengths = entries.iter().map(|entry| {
        let length = entry.as_ref().map_err(Clone::clone)?.bytes();
        if length > MAX_BYTES {
            let why = format!("{length} bytes are more than {MAX_BYTES}");
            return Err(Error::Refused(why));
        }
        Ok(length)
    });
    fill_batch(lengths, MAX_BYTES)
}

#[cfg(test)]
mod tests {
    use coach_domain::queue::{MAX_BATCH_SIZE, Outgoing};

    use super::*;

    /// An event with a total size of `bytes`.
    fn entry(bytes: usize) -> Result<Entry> {
        let body = |padding: usize| {
            let envelope = serde_json::json!({
                "id": "0195a9c6-2e00-7c3a-8b1d-5e4f60718293",
                "kind": "event.plan-started",
                "version": 1,
                "occurredAt": "2026-03-18T12:00:00Z",
                "payload": { "a": "a".repeat(padding) },
            });
            Entry::from_message(&Outgoing::new(envelope.to_string()))
        };
        let empty = body(0)?.bytes();
        body(bytes - empty)
    }

    #[test]
    fn a_call_has_at_most_ten_events_and_a_quarter_of_a_mebibyte() {
        let full = Err(Error::Unavailable("the batch is full".to_owned()));
        let eleven = check_limits(&vec![entry(1_000); MAX_BATCH_SIZE + 1]);
        assert!(eleven[..MAX_BATCH_SIZE].iter().all(Result::is_ok));
        assert_eq!(eleven[MAX_BATCH_SIZE], full);

        let half = || entry(MAX_BYTES / 2);
        let broken = Entry::from_message(&Outgoing::new("hello"));
        let entries = [half(), entry(MAX_BYTES + 1), broken, half(), entry(1_000)];
        let checked = check_limits(&entries);
        assert_eq!((&checked[0], &checked[3]), (&Ok(()), &Ok(())));
        assert!(matches!(checked[1], Err(Error::Refused(_))));
        assert!(matches!(checked[2], Err(Error::Refused(_))));
        assert_eq!(checked[4], full);
        assert_eq!(check_limits(&[entry(MAX_BYTES)]), [Ok(())]);
    }
}
