//! Maps the errors of SNS.

use aws_sdk_sns::types::BatchResultErrorEntry;
use coach_domain::queue::Error;

/// The error of one event in a call.
pub(super) fn publish_error(topic: &str, entry: &BatchResultErrorEntry) -> Error {
    let message = entry.message().unwrap_or_else(|| entry.code());
    match plain(entry.code()) {
        "InvalidParameter" | "InvalidParameterValue" | "ParameterValueInvalid" => {
            Error::Refused(message.to_owned())
        }
        code => classify(topic, code, message),
    }
}

/// A code without its suffix. Codes have two forms: `NotFound`, `NotFoundException`.
fn plain(code: &str) -> &str {
    code.strip_suffix("Exception").unwrap_or(code)
}

/// The error of a call to the topic.
pub(super) fn classify(topic: &str, code: &str, message: &str) -> Error {
    match plain(code) {
        "NotFound" => Error::Misconfigured(format!(
            "there is no topic {topic}: create it, or correct the setting"
        )),
        "AuthorizationError" | "AccessDenied" | "KMSAccessDenied" => Error::Misconfigured(format!(
            "access to {topic} is denied: allow the credentials sns:Publish"
        )),
        // For a whole call, these are about the topic.
        "InvalidParameter"
        | "InvalidParameterValue"
        | "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "SignatureDoesNotMatch"
        | "InvalidSecurity"
        | "KMSDisabled"
        | "KMSInvalidState"
        | "KMSNotFound"
        | "KMSOptInRequired" => Error::Misconfigured(format!("{topic}: {message} ({code})")),
        // Throttling, overload, outages, and unknown codes: a retry may succeed.
        _ => Error::Unavailable(format!("{topic}: {message} ({code})")),
    }
}

/// The error of a call that only looks at the topic, for which other rights are needed than for publishing.
pub(super) fn classify_look(topic: &str, code: &str, message: &str) -> Error {
    match plain(code) {
        "AuthorizationError" | "AccessDenied" => Error::Refused(message.to_owned()),
        _ => classify(topic, code, message),
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
        for code in ["NotFound", "NotFoundException"] {
            let why = "there is no topic coach: create it, or correct the setting";
            let expected = Error::Misconfigured(why.to_owned());
            assert_eq!(classify("coach", code, "?"), expected);
        }
        let denied = classify("coach", "AuthorizationError", "?").to_string();
        assert!(denied.contains("sns:Publish"), "{denied}");
        let wrong = classify("coach", "InvalidParameter", "no ARN");
        assert!(matches!(wrong, Error::Misconfigured(_)), "{wrong}");
    }

    #[test]
    fn an_event_that_is_bad_is_refused() {
        let publish_error = publish_error("coach", &entry("InvalidParameter"));
        assert!(
            matches!(publish_error, Error::Refused(_)),
            "{publish_error}"
        );
    }

    #[test]
    fn temporary_and_unknown_errors_are_unavailable() {
        for code in [
            "Throttled",
            "InternalError",
            "KMSThrottling",
            "ServiceUnavailable",
            "",
        ] {
            let error = classify("coach", code, "?");
            assert!(matches!(error, Error::Unavailable(_)), "{code}");
            assert!(matches!(
                publish_error("coach", &entry(code)),
                Error::Unavailable(_)
            ));
        }
    }
}
