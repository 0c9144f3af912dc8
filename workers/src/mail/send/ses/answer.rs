//! What an answer of SES, or none, means. SES's own words are not passed on: they name recipients.

use std::time::Duration;

use coach_domain::mail::Error;
use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use serde::Deserialize;

/// After a rate that was exceeded.
const SOON: Duration = Duration::from_secs(1);
/// For what a person or a new day has to mend.
const LATER: Duration = Duration::from_mins(15);

#[derive(Default, Deserialize)]
struct Accepted {
    #[serde(rename = "MessageId")]
    message_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct Refused {
    #[serde(rename = "__type")]
    kind: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

/// There is no answer. A connection that never was has carried nothing; of any other nobody knows.
pub(super) fn without(error: &reqwest::Error) -> Error {
    if error.is_connect() {
        let reason = "SES cannot be reached".to_owned();
        Error::Unavailable {
            reason,
            after: None,
        }
    } else if error.is_builder() {
        Error::Unavailable {
            reason: "the request cannot be made".to_owned(),
            after: None,
        }
    } else if error.is_timeout() {
        Error::Unknown("SES did not answer in time".to_owned())
    } else {
        Error::Unknown("the connection to SES ended without an answer".to_owned())
    }
}

/// There is at least the head of an answer.
pub(super) async fn read(response: Response) -> Result<Option<String>, Error> {
    let status = response.status();
    let header = |name: &str| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let (kind, after) = (header("x-amzn-errortype"), header(RETRY_AFTER.as_str()));
    let body = response.bytes().await;
    if status.is_success() {
        // It was accepted, whatever became of the rest of the answer.
        let accepted = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok());
        let Accepted { message_id } = accepted.unwrap_or_default();
        return Ok(message_id);
    }
    let refused = body
        .ok()
        .and_then(|body| serde_json::from_slice(&body).ok());
    let refused: Refused = refused.unwrap_or_default();
    let kind = kind.or(refused.kind).unwrap_or_default();
    // `TooManyRequestsException:http://…`, or `com.amazon…#TooManyRequestsException`
    let kind = kind.split(':').next().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let after = after
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    Err(error(
        status,
        kind,
        &refused.message.unwrap_or_default(),
        after,
    ))
}

fn error(status: StatusCode, kind: &str, message: &str, after: Option<Duration>) -> Error {
    let unavailable = |default| Error::Unavailable {
        reason: format!("SES answered {} {kind}", status.as_u16()),
        after: after.or(default),
    };
    let message = message.to_lowercase();
    match kind {
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" => {
            let is_daily = message.contains("quota");
            unavailable(Some(if is_daily { LATER } else { SOON }))
        }
        "LimitExceededException"
        | "SendingPausedException"
        | "AccountSuspendedException"
        | "MailFromDomainNotVerifiedException"
        // The configuration set.
        | "NotFoundException" => unavailable(Some(LATER)),
        // These are about us, not about the message.
        "MessageRejected" if ["suspended", "paused", "not verified"].iter().any(|word| message.contains(word)) => {
            unavailable(Some(LATER))
        }
        "MessageRejected" | "BadRequestException" => Error::Refused(format!("SES answered {kind}")),
        _ => match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => unavailable(None),
            // Credentials, rights, or a clock that is wrong.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => unavailable(Some(LATER)),
            status if status.is_client_error() => Error::Refused(format!("SES answered {} {kind}", status.as_u16())),
            status => Error::Unknown(format!("SES answered {}", status.as_u16())),
        },
    }
}
