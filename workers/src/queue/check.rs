//! Validates messages before they are sent. The rules are those of SQS, for both implementations, so that what works on
//! Postgres works on SQS.

use std::time::Duration;

use coach_domain::queue::{Error, MAX_BYTES, Outgoing, Result};

use super::batch::fill_batch;

/// The maximum delay.
const MAX_DELAY: Duration = Duration::from_mins(15);

/// Returns for each message whether it can be sent, and still fits into the batch.
pub(super) fn check_batch(messages: &[Outgoing], first_in_first_out: bool) -> Vec<Result<()>> {
    let lengths = messages.iter().map(|message| {
        let checked = check_message(message, first_in_first_out);
        checked.map(|()| message.body.len())
    });
    fill_batch(lengths, MAX_BYTES)
}

/// Whether a message can be sent at all.
fn check_message(message: &Outgoing, first_in_first_out: bool) -> Result<()> {
    let refused = |why: &str| Err(Error::Refused(why.to_owned()));
    if message.body.is_empty() {
        return refused("it is empty");
    }
    if message.body.len() > MAX_BYTES {
        let length = message.body.len();
        return refused(&format!("{length} bytes are more than {MAX_BYTES}"));
    }
    if let Some(character) = message.body.chars().find(|it| !is_allowed(*it)) {
        return refused(&format!("it holds {character:?}"));
    }
    if message.delay > MAX_DELAY {
        return refused("its delay is longer than 15 minutes");
    }
    if first_in_first_out {
        if message.group.as_deref().is_none_or(str::is_empty) {
            return refused("a queue that is first in, first out wants a group");
        }
        if message.deduplication.as_deref().is_none_or(str::is_empty) {
            return refused("a queue that is first in, first out wants a deduplication");
        }
        if !message.delay.is_zero() {
            return refused("a queue that is first in, first out takes no delay");
        }
    }
    Ok(())
}

/// SQS accepts the characters that XML 1.0 allows.
fn is_allowed(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => other >= ' ',
    }
}

#[cfg(test)]
mod tests {
    use coach_domain::queue::MAX_BATCH_SIZE;

    use super::*;

    fn refused(message: &Outgoing, first_in_first_out: bool) -> bool {
        matches!(
            check_message(message, first_in_first_out),
            Err(Error::Refused(_))
        )
    }

    #[test]
    fn a_message_is_text_of_up_to_a_mebibyte() {
        assert_eq!(check_message(&Outgoing::new("a\tä\r\n🎉"), false), Ok(()));
        assert_eq!(
            check_message(&Outgoing::new("a".repeat(MAX_BYTES)), false),
            Ok(())
        );
        // The limit is in bytes, not in characters.
        assert!(refused(
            &Outgoing::new("ä".repeat(MAX_BYTES / 2 + 1)),
            false
        ));
        for body in ["", "a\0", "a\u{1b}", "\u{FFFF}"] {
            assert!(refused(&Outgoing::new(body), false), "{body:?}");
        }
    }

    #[test]
    fn a_delay_is_fifteen_minutes_at_most() {
        let mut message = Outgoing::new("a");
        message.delay = MAX_DELAY;
        assert_eq!(check_message(&message, false), Ok(()));
        message.delay += Duration::from_millis(1);
        assert!(refused(&message, false));
    }

    #[test]
    fn fifo_messages_need_a_group_and_a_deduplication_id_and_have_no_delay() {
        let whole = Outgoing {
            group: Some("a".to_owned()),
            deduplication: Some("b".to_owned()),
            ..Outgoing::new("c")
        };
        assert_eq!(check_message(&whole, true), Ok(()));
        let group = None;
        assert!(refused(
            &Outgoing {
                group,
                ..whole.clone()
            },
            true
        ));
        let deduplication = Some(String::new());
        assert!(refused(
            &Outgoing {
                deduplication,
                ..whole.clone()
            },
            true
        ));
        let delay = Duration::from_secs(1);
        assert!(refused(&Outgoing { delay, ..whole }, true));
    }

    #[test]
    fn messages_beyond_the_limits_of_a_batch_are_left_for_another() {
        let full = Err(Error::Unavailable("the batch is full".to_owned()));
        let eleven = check_batch(&vec![Outgoing::new("a"); MAX_BATCH_SIZE + 1], false);
        assert!(eleven[..MAX_BATCH_SIZE].iter().all(Result::is_ok));
        assert_eq!(eleven[MAX_BATCH_SIZE], full);

        let half = Outgoing::new("a".repeat(MAX_BYTES / 2));
        let long = Outgoing::new("a".repeat(MAX_BYTES + 1));
        let checked = check_batch(&[half.clone(), long, half.clone(), half], false);
        assert!(matches!(checked[1], Err(Error::Refused(_))));
        assert_eq!(checked[0], Ok(()));
        assert_eq!(checked[2], Ok(()));
        assert_eq!(checked[3], full);
    }
}
