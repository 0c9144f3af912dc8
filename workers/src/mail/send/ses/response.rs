//! Interprets the responses of SES. Its error messages are not passed on, since they may contain recipients.

use std::time::Duration;

use coach_domain::mail::Error;
use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use serde::Deserialize;

use crate::mail::send::unavailable;

/// The delay after the rate was exceeded.
const SHORT_DELAY: Duration = Duration::from_secs(1);
/// The delay when operators have to change something, or the daily quota is exceeded.
const LONG_DELAY: Duration = Duration::from_mins(15);

/// The fields of both kinds of bodies, those of success and of errors.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(rename = "MessageId")]
    message_id: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

/// The error of a request without a response. If there was no connection, the message was not sent; otherwise that is
/// unknown.
pub(super) fn transport_error(error: &reqwest::Error) -> Error {
    if error.is_connect() {
        unavailable("SES cannot be reached")
    } else if error.is_builder() {
        unavailable("the request cannot be made")
    } else if error.is_timeout() {
        Error::Unknown("SES did not answer in time".to_owned())
    } else {
        Error::Unknown("the connection to SES ended without an answer".to_owned())
    }
}

/// The result of a response, whose body may be incomplete. Returns the message id that SES assigned.
pub(super) async fn parse(response: Response) -> Result<Option<String>, Error> {
    let status = response.status();
    let header = |name: &str| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let (kind, after) = (header("x-amzn-errortype"), header(RETRY_AFTER.as_str()));
    let body = response.bytes().await.ok();
    let body = body.and_then(|body| serde_json::from_slice(&body).ok());
    let body: Body = body.unwrap_or_default();
    if status.is_success() {
        // The message was accepted, even if the body is incomplete.
        return Ok(body.message_id);
    }
    let kind = kind.or(body.kind).unwrap_or_default();
    // `TooManyRequestsException:http://…`, or `com.amazon…#TooManyRequestsException`
    let kind = kind.split(':').next().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let after = after
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    let message = body.message.unwrap_or_default();
    Err(error(status, kind, &message, after))
}

fn error(status: StatusCode, kind: &str, message: &str, after: Option<Duration>) -> Error {
    let retry_after = |default| Error::Unavailable {
        reason: format!("SES answered {} {kind}", status.as_u16()),
        after: after.or(default),
    };
    let message = message.to_lowercase();
    match kind {
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" => {
            let is_daily = message.contains("quota");
            retry_after(Some(if is_daily { LONG_DELAY } else { SHORT_DELAY }))
        }
        "LimitExceededException"
        | "SendingPausedException"
        | "AccountSuspendedException"
        | "MailFromDomainNotVerifiedException"
        // The configuration set does not exist.
        | "NotFoundException" => retry_after(Some(LONG_DELAY)),
        // These are about our account, not about the message.
        "MessageRejected" if ["suspended", "paused", "not verified"].iter().any(|word| message.contains(word)) => {
            retry_after(Some(LONG_DELAY))
        }
        "MessageRejected" | "BadRequestException" => Error::Refused(format!("SES answered {kind}")),
        _ => match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => retry_after(None),
            // Wrong credentials, missing permissions, or a wrong clock.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => retry_after(Some(LONG_DELAY)),
            status if status.is_client_error() => Error::Refused(format!("SES answered {} {kind}", status.as_u16())),
            status => Error::Unknown(format!("SES answered {}", status.as_u16())),
        },
    }
}
