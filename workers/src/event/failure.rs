//! What SNS's errors mean.

use aws_sdk_sns::{
    error::{ProvideErrorMetadata, SdkError},
    types::BatchResultErrorEntry,
};
use coach_domain::queue::Error;

use crate::aws::chain;

/// Of a call to the topic.
pub(super) fn failure<E>(topic: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Some(refusal) = error.as_service_error() else {
        // No answer: not connected, no credentials yet, too slow, or not what SNS says.
        return Error::Unavailable(chain(error));
    };
    let code = refusal.code().unwrap_or_default();
    meaning(topic, code, refusal.message().unwrap_or(code))
}

/// Of one event in a call.
pub(super) fn unsent(topic: &str, entry: &BatchResultErrorEntry) -> Error {
    let message = entry.message().unwrap_or_else(|| entry.code());
    match plain(entry.code()) {
        "InvalidParameter" | "InvalidParameterValue" | "ParameterValueInvalid" => {
            Error::Refused(message.to_owned())
        }
        code => meaning(topic, code, message),
    }
}

/// Codes come in two spellings: `NotFound`, `NotFoundException`.
fn plain(code: &str) -> &str {
    code.strip_suffix("Exception").unwrap_or(code)
}

fn meaning(topic: &str, code: &str, message: &str) -> Error {
    match plain(code) {
        "NotFound" => Error::Misconfigured(format!(
            "there is no topic {topic}: create it, or correct the setting"
        )),
        "AuthorizationError" | "AccessDenied" | "KMSAccessDenied" => Error::Misconfigured(format!(
            "access to {topic} is denied: allow the credentials sns:Publish"
        )),
        // About the whole call: its topic.
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
        // Throttled, overloaded, out of order; and what we do not know: nothing is given up for it.
        _ => Error::Unavailable(format!("{topic}: {message} ({code})")),
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
        for code in ["NotFound", "NotFoundException"] {
            let why = "there is no topic coach: create it, or correct the setting";
            let expected = Error::Misconfigured(why.to_owned());
            assert_eq!(meaning("coach", code, "?"), expected);
        }
        let denied = meaning("coach", "AuthorizationError", "?").to_string();
        assert!(denied.contains("sns:Publish"), "{denied}");
        let wrong = meaning("coach", "InvalidParameter", "no ARN");
        assert!(matches!(wrong, Error::Misconfigured(_)), "{wrong}");
    }

    #[test]
    fn an_event_that_is_bad_is_refused() {
        let unsent = unsent("coach", &entry("InvalidParameter"));
        assert!(matches!(unsent, Error::Refused(_)), "{unsent}");
    }

    #[test]
    fn nothing_is_given_up_for_what_may_pass() {
        for code in [
            "Throttled",
            "InternalError",
            "KMSThrottling",
            "ServiceUnavailable",
            "",
        ] {
            let meaning = meaning("coach", code, "?");
            assert!(matches!(meaning, Error::Unavailable(_)), "{code}");
            assert!(matches!(
                unsent("coach", &entry(code)),
                Error::Unavailable(_)
            ));
        }
    }
}
