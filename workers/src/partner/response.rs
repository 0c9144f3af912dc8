//! Interprets the response of a partner, or the lack of one.

use std::{error::Error as _, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use tokio::time::timeout;

use super::address::PrivateAddressError;

/// The maximum of `Retry-After` that is respected. A record becomes a dead letter after its last receive, so a retry
/// that is too early is better than none.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// How many bytes of a response body are read, so that its connection can be reused. The body has no meaning.
const MAX_DRAIN_BYTES: usize = 16 * 1024;

/// How long a response body is read.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The result of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PostResult {
    /// The partner accepted the record. The number is the HTTP status.
    Accepted(u16),
    /// The partner refused the record. A retry cannot succeed.
    Refused { status: Option<u16>, reason: String },
    /// A temporary failure. `after` is the delay that the partner asks for, if any.
    Failed {
        status: Option<u16>,
        after: Option<Duration>,
        reason: String,
    },
}

impl PostResult {
    /// The result of a response. Its body is ignored.
    pub(super) async fn from_response(response: Response, now: DateTime<Utc>) -> Self {
        let header = response.headers().get(RETRY_AFTER);
        let header = header.and_then(|value| value.to_str().ok());
        let after = header.and_then(|text| parse_retry_after(text, now));
        let status = response.status();
        drain(response).await;
        Self::from_status(status, after)
    }

    fn from_status(status: StatusCode, after: Option<Duration>) -> Self {
        let code = status.as_u16();
        let refused = |reason| Self::Refused {
            status: Some(code),
            reason,
        };
        let is_temporary = status.is_server_error()
            || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        match status {
            _ if status.is_success() => Self::Accepted(code),
            _ if is_temporary => Self::Failed {
                status: Some(code),
                after,
                reason: format!("answered {code}"),
            },
            _ if status.is_redirection() => {
                refused(format!("answered {code}; redirects are not followed"))
            }
            _ => refused(format!("answered {code}")),
        }
    }

    /// The result of a request without a response. The client's error messages are not used, since they contain the
    /// URL, which may be confidential.
    pub(super) fn from_error(error: &reqwest::Error) -> Self {
        if let Some(error) = private_address(error) {
            return Self::Refused {
                status: None,
                reason: error.to_string(),
            };
        }
        let reason = if error.is_timeout() {
            "did not answer in time"
        } else if error.is_connect() {
            "cannot be reached"
        } else {
            "ended the connection without an answer"
        };
        Self::Failed {
            status: None,
            after: None,
            reason: reason.to_owned(),
        }
    }
}

fn private_address(error: &reqwest::Error) -> Option<&PrivateAddressError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// Parses `Retry-After`: a number of seconds, or a date.
fn parse_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let delay = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let then = DateTime::parse_from_rfc2822(text).ok()?;
        (then.to_utc() - now).to_std().unwrap_or_default()
    };
    Some(delay.min(MAX_RETRY_AFTER))
}

async fn drain(mut response: Response) {
    let read = async {
        let mut bytes = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            bytes += chunk.len();
            if bytes > MAX_DRAIN_BYTES {
                break;
            }
        }
    };
    // If the body is longer, the connection is closed.
    let _ = timeout(DRAIN_TIMEOUT, read).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_failures_are_retried() {
        let result = |code| PostResult::from_status(StatusCode::from_u16(code).unwrap(), None);
        for code in [200, 201, 202, 204, 299] {
            assert_eq!(result(code), PostResult::Accepted(code));
        }
        for code in [408, 429, 500, 502, 503, 504, 599] {
            assert!(matches!(result(code), PostResult::Failed { .. }), "{code}");
        }
        for code in [
            300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422,
        ] {
            assert!(matches!(result(code), PostResult::Refused { .. }), "{code}");
        }
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-03-18T12:00:00Z");
        let seconds = |text| {
            let delay = parse_retry_after(text, now.unwrap().to_utc());
            delay.map(|delay| delay.as_secs())
        };
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Wed, 18 Mar 2026 12:01:30 GMT"), Some(90));
        // In the past, and very long.
        assert_eq!(seconds("Wed, 18 Mar 2026 11:00:00 GMT"), Some(0));
        assert_eq!(seconds("Thu, 18 Mar 2027 12:00:00 GMT"), Some(3_600));
        assert_eq!(seconds("86400"), Some(3_600));
        for nonsense in ["", "soon", "-1", "1.5", "18446744073709551616"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }
}
