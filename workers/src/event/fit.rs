//! What goes into one call.

use coach_domain::queue::{BATCH, Error, Result};

use super::entry::Entry;

/// The most bytes of a message, and of a call: a quarter of what a queue takes.
const MAX_BYTES: usize = 262_144;

/// For each event whether it may be published, and in this call.
pub(super) fn fit(entries: &[Result<Entry>]) -> Vec<Result<()>> {
    let mut count = 0;
    let mut bytes = 0;
    let mut fit = |entry: &Result<Entry>| {
        let length = entry.as_ref().map_err(Clone::clone)?.bytes();
        if length > MAX_BYTES {
            return Err(Error::Refused(format!(
                "{length} bytes are more than {MAX_BYTES}"
            )));
        }
        if count == BATCH || bytes + length > MAX_BYTES {
            return Err(Error::Unavailable("the batch is full".to_owned()));
        }
        count += 1;
        bytes += length;
        Ok(())
    };
    entries.iter().map(&mut fit).collect()
}

#[cfg(test)]
mod tests {
    use coach_domain::queue::Outgoing;

    use super::*;

    /// An event of so many bytes in all.
    fn entry(bytes: usize) -> Result<Entry> {
        let body = |padding: usize| {
            let envelope = serde_json::json!({
                "id": "0195a9c6-2e00-7c3a-8b1d-5e4f60718293",
                "kind": "event.plan-started",
                "version": 1,
                "occurredAt": "2026-03-18T12:00:00Z",
                "payload": { "a": "a".repeat(padding) },
            });
            Entry::read(&Outgoing::new(envelope.to_string()))
        };
        let least = body(0)?.bytes();
        body(bytes - least)
    }

    #[test]
    fn a_call_has_ten_events_and_a_quarter_of_a_mebibyte_at_most() {
        let full = Err(Error::Unavailable("the batch is full".to_owned()));
        let eleven = fit(&vec![entry(1_000); BATCH + 1]);
        assert!(eleven[..BATCH].iter().all(Result::is_ok));
        assert_eq!(eleven[BATCH], full);

        let half = || entry(MAX_BYTES / 2);
        let broken = Entry::read(&Outgoing::new("hello"));
        let entries = [half(), entry(MAX_BYTES + 1), broken, half(), entry(1_000)];
        let checked = fit(&entries);
        assert_eq!((&checked[0], &checked[3]), (&Ok(()), &Ok(())));
        assert!(matches!(checked[1], Err(Error::Refused(_))));
        assert!(matches!(checked[2], Err(Error::Refused(_))));
        assert_eq!(checked[4], full);
        assert_eq!(fit(&[entry(MAX_BYTES)]), [Ok(())]);
    }
}
