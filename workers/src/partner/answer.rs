//! What a partner's answer means, and none.

use std::{error::Error as _, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use tokio::time::timeout;

use super::address::NotPublic;

/// The longest that a partner may ask us to wait. It is told later than it wants rather than never: after the last
/// receive a record is a dead letter.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// So much of an answer is read, for so long, that its connection can be used again; it says nothing to us.
const ANSWER: (usize, Duration) = (16 * 1024, Duration::from_secs(1));

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The partner has the record.
    Taken(u16),
    /// Asking again would be the same.
    Refused { status: Option<u16>, reason: String },
    /// Later it may work: not before `after`, where the partner says so.
    Failed {
        status: Option<u16>,
        after: Option<Duration>,
        reason: String,
    },
}

impl Answer {
    /// By the head; the body is passed over.
    pub(super) async fn of(response: Response, now: DateTime<Utc>) -> Self {
        let header = response.headers().get(RETRY_AFTER);
        let header = header.and_then(|value| value.to_str().ok());
        let after = header.and_then(|text| wait(text, now));
        let status = response.status();
        drain(response).await;
        Self::meaning(status, after)
    }

    fn meaning(status: StatusCode, after: Option<Duration>) -> Self {
        let code = status.as_u16();
        let refused = |reason| Self::Refused {
            status: Some(code),
            reason,
        };
        match status {
            _ if status.is_success() => Self::Taken(code),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Self::failed(code, after)
            }
            _ if status.is_server_error() => Self::failed(code, after),
            _ if status.is_redirection() => {
                refused(format!("answered {code}; redirects are not followed"))
            }
            _ => refused(format!("answered {code}")),
        }
    }

    fn failed(code: u16, after: Option<Duration>) -> Self {
        Self::Failed {
            status: Some(code),
            after,
            reason: format!("answered {code}"),
        }
    }

    /// Where there was none. Texts of the client hold the URL, which may be half a secret.
    pub(super) fn without(error: &reqwest::Error) -> Self {
        if let Some(refused) = not_public(error) {
            return Self::Refused {
                status: None,
                reason: refused.to_string(),
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

fn not_public(error: &reqwest::Error) -> Option<&NotPublic> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

/// `Retry-After`: seconds, or a date.
fn wait(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let then = DateTime::parse_from_rfc2822(text).ok()?;
        (then.to_utc() - now).to_std().unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

async fn drain(mut response: Response) {
    let (most, patience) = ANSWER;
    let read = async {
        let mut bytes = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            bytes += chunk.len();
            if bytes > most {
                break;
            }
        }
    };
    // The rest is dropped, and the connection with it.
    let _ = timeout(patience, read).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_the_rest_is_not() {
        let meaning = |code| Answer::meaning(StatusCode::from_u16(code).unwrap(), None);
        for code in [200, 201, 202, 204, 299] {
            assert_eq!(meaning(code), Answer::Taken(code));
        }
        for code in [408, 429, 500, 502, 503, 504, 599] {
            assert!(matches!(meaning(code), Answer::Failed { .. }), "{code}");
        }
        for code in [
            300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422,
        ] {
            assert!(matches!(meaning(code), Answer::Refused { .. }), "{code}");
        }
    }

    #[test]
    fn a_wait_is_a_number_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-03-18T12:00:00Z");
        let wait = |text| wait(text, now.unwrap().to_utc()).map(|wait| wait.as_secs());
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait(" 0 "), Some(0));
        assert_eq!(wait("Wed, 18 Mar 2026 12:01:30 GMT"), Some(90));
        // Over already, and very long.
        assert_eq!(wait("Wed, 18 Mar 2026 11:00:00 GMT"), Some(0));
        assert_eq!(wait("Thu, 18 Mar 2027 12:00:00 GMT"), Some(3_600));
        assert_eq!(wait("86400"), Some(3_600));
        for nonsense in ["", "soon", "-1", "1.5", "18446744073709551616"] {
            assert_eq!(wait(nonsense), None, "{nonsense}");
        }
    }
}
