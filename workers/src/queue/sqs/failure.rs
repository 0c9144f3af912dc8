//! What SQS's errors mean.

use aws_sdk_sqs::{
    error::{ProvideErrorMetadata, SdkError},
    types::BatchResultErrorEntry,
};
use coach_domain::queue::Error;

use crate::aws::chain;

/// What the credentials must allow.
const ACTIONS: &str = "sqs:SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility, GetQueueUrl and \
                       GetQueueAttributes";

/// Of a call to the queue with this URL or name.
pub(super) fn failure<E>(queue: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Some(refusal) = error.as_service_error() else {
        // No answer: not connected, no credentials yet, too slow, or not what SQS says.
        return Error::Unavailable(chain(error));
    };
    let code = refusal.code().unwrap_or_default();
    let message = refusal.message().unwrap_or(code);
    meaning(queue, code, message)
}

/// Of one message in a call that sends.
pub(super) fn unsent(queue: &str, entry: &BatchResultErrorEntry) -> Error {
    let message = entry.message().unwrap_or_else(|| entry.code());
    match plain(entry.code()) {
        "InvalidParameterValue" | "InvalidMessageContents" | "MissingParameter" => {
            Error::Refused(message.to_owned())
        }
        code => meaning(queue, code, message),
    }
}

/// Of one receipt in a call that takes several.
pub(super) fn unfinished(queue: &str, entry: &BatchResultErrorEntry) -> Error {
    let message = entry.message().unwrap_or_else(|| entry.code());
    of_receipt(meaning(queue, entry.code(), message), entry.code())
}

/// Of a call about one receipt.
pub(super) fn stale<E>(queue: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    of_receipt(failure(queue, error), error.code().unwrap_or_default())
}

fn of_receipt(other: Error, code: &str) -> Error {
    match plain(code) {
        // An old receipt is a bad parameter to Amazon.
        "ReceiptHandleIsInvalid" | "MessageNotInflight" | "InvalidParameterValue" => {
            Error::StaleReceipt
        }
        _ => other,
    }
}

/// Codes come in two spellings: `QueueDoesNotExist`, `AWS.SimpleQueueService.NonExistentQueue`.
fn plain(code: &str) -> &str {
    code.rsplit('.').next().unwrap_or(code)
}

fn meaning(queue: &str, code: &str, message: &str) -> Error {
    match plain(code) {
        "QueueDoesNotExist" | "NonExistentQueue" => Error::Misconfigured(format!(
            "there is no queue {queue}: create it, or correct the setting"
        )),
        "AccessDenied" | "AccessDeniedException" | "KmsAccessDenied" => Error::Misconfigured(
            format!("access to {queue} is denied: allow the credentials {ACTIONS}"),
        ),
        "InvalidAddress"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "UnsupportedOperation"
        | "KmsDisabled"
        | "KmsNotFound"
        | "KmsInvalidKeyUsage"
        | "KmsOptInRequired" => Error::Misconfigured(format!("{queue}: {message} ({code})")),
        "InvalidMessageContents" | "BatchRequestTooLong" => Error::Refused(message.to_owned()),
        // Throttled, overloaded, out of order; and what we do not know: nothing is given up for it.
        _ => Error::Unavailable(format!("{queue}: {message} ({code})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(code: &str) -> BatchResultErrorEntry {
        let entry = BatchResultErrorEntry::builder()
            .id("0")
            .code(code)
            .sender_fault(true);
        entry.build().expect("all that it needs")
    }

    #[test]
    fn what_is_wrong_with_the_setting_names_the_mend() {
        for code in [
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
        ] {
            let Error::Misconfigured(why) = meaning("email", code, "?") else {
                panic!("{code}");
            };
            assert_eq!(
                why,
                "there is no queue email: create it, or correct the setting"
            );
        }
        let denied = meaning("email", "AccessDenied", "?").to_string();
        assert!(denied.contains("sqs:SendMessage"), "{denied}");
    }

    #[test]
    fn nothing_is_given_up_for_what_may_pass() {
        for code in [
            "RequestThrottled",
            "OverLimit",
            "ServiceUnavailable",
            "KmsThrottled",
            "",
        ] {
            let meaning = meaning("email", code, "?");
            assert!(matches!(meaning, Error::Unavailable(_)), "{code}");
            assert!(matches!(
                unsent("email", &entry(code)),
                Error::Unavailable(_)
            ));
        }
    }

    #[test]
    fn a_message_that_is_bad_is_refused_and_a_receipt_that_is_bad_is_stale() {
        for code in ["InvalidParameterValue", "InvalidMessageContents"] {
            assert!(matches!(unsent("email", &entry(code)), Error::Refused(_)));
        }
        for code in [
            "ReceiptHandleIsInvalid",
            "InvalidParameterValue",
            "AWS.SimpleQueueService.MessageNotInflight",
        ] {
            assert_eq!(unfinished("email", &entry(code)), Error::StaleReceipt);
        }
        let throttled = unfinished("email", &entry("RequestThrottled"));
        assert!(matches!(throttled, Error::Unavailable(_)));
    }
}
