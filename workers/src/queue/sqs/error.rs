//! Maps the errors of SQS.

use aws_sdk_sqs::{
    error::{ProvideErrorMetadata, SdkError},
    types::BatchResultErrorEntry,
};
use coach_domain::queue::Error;

use crate::aws;

/// The actions that the credentials must allow.
const ACTIONS: &str = "sqs:SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility, GetQueueUrl and \
                       GetQueueAttributes";

/// The error of a call to the queue with this URL or name.
pub(super) fn call_error<E>(queue: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    aws::call_error(queue, error, classify)
}

/// The error of one message in a call that sends.
pub(super) fn send_error(queue: &str, entry: &BatchResultErrorEntry) -> Error {
    let message = entry.message().unwrap_or_else(|| entry.code());
    match plain(entry.code()) {
        "InvalidParameterValue" | "InvalidMessageContents" | "MissingParameter" => {
            Error::Refused(message.to_owned())
        }
        code => classify(queue, code, message),
    }
}

/// The error of one receipt in a call that deletes several messages.
pub(super) fn delete_error(queue: &str, entry: &BatchResultErrorEntry) -> Error {
    let message = entry.message().unwrap_or_else(|| entry.code());
    or_stale_receipt(classify(queue, entry.code(), message), entry.code())
}

/// The error of a call with one receipt.
pub(super) fn receipt_error<E>(queue: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    or_stale_receipt(call_error(queue, error), error.code().unwrap_or_default())
}

fn or_stale_receipt(other: Error, code: &str) -> Error {
    match plain(code) {
        // SQS reports an expired receipt as an invalid parameter.
        "ReceiptHandleIsInvalid" | "MessageNotInflight" | "InvalidParameterValue" => {
            Error::StaleReceipt
        }
        _ => other,
    }
}

/// A code without its prefix. Codes have two forms: `QueueDoesNotExist`, `AWS.SimpleQueueService.NonExistentQueue`.
fn plain(code: &str) -> &str {
    code.rsplit('.').next().unwrap_or(code)
}

fn classify(queue: &str, code: &str, message: &str) -> Error {
    match plain(code) {
        "QueueDoesNotExist" | "NonExistentQueue" => Error::NotFound(queue.to_owned()),
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
        // Throttling, overload, outages, and unknown codes: a retry may succeed.
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
        entry.build().expect("all required fields")
    }

    #[test]
    fn errors_of_configuration_say_how_to_correct_it() {
        for code in [
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
        ] {
            let missing = classify("email", code, "?");
            assert_eq!(missing, Error::NotFound("email".to_owned()));
            let why = missing.to_string();
            assert!(
                why.ends_with("no queue email: create it, or correct the setting"),
                "{why}"
            );
        }
        let denied = classify("email", "AccessDenied", "?").to_string();
        assert!(denied.contains("sqs:SendMessage"), "{denied}");
    }

    #[test]
    fn temporary_and_unknown_errors_are_unavailable() {
        for code in [
            "RequestThrottled",
            "OverLimit",
            "ServiceUnavailable",
            "KmsThrottled",
            "",
        ] {
            let error = classify("email", code, "?");
            assert!(matches!(error, Error::Unavailable(_)), "{code}");
            assert!(matches!(
                send_error("email", &entry(code)),
                Error::Unavailable(_)
            ));
        }
    }

    #[test]
    fn an_invalid_message_is_refused_and_an_invalid_receipt_is_stale() {
        for code in ["InvalidParameterValue", "InvalidMessageContents"] {
            assert!(matches!(
                send_error("email", &entry(code)),
                Error::Refused(_)
            ));
        }
        for code in [
            "ReceiptHandleIsInvalid",
            "InvalidParameterValue",
            "AWS.SimpleQueueService.MessageNotInflight",
        ] {
            assert_eq!(delete_error("email", &entry(code)), Error::StaleReceipt);
        }
        let throttled = delete_error("email", &entry("RequestThrottled"));
        assert!(matches!(throttled, Error::Unavailable(_)));
    }
}
