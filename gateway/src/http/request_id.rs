//! Request ids, which connect a response with its log lines.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use coach_domain::{clock::Clock, id};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id: the caller's own if it is well-formed, otherwise a new UUID of version 7.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    pub(super) fn from_headers(headers: &HeaderMap, clock: &dyn Clock) -> Self {
        let received = headers.get(REQUEST_ID).filter(|id| is_well_formed(id));
        let generated = || HeaderValue::try_from(id::new_v7(clock.now()).to_string());
        Self(match received {
            Some(id) => id.clone(),
            // A UUID is always a valid header value.
            None => generated().unwrap_or(HeaderValue::from_static("unknown")),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("unknown")
    }

    pub(super) fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// Whether an id is 1 to 64 letters, digits, `-` and `_`: nothing that could forge a log line.
fn is_well_formed(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    (1..=64).contains(&id.len()) && id.iter().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use coach_domain::clock::SystemClock;

    use super::*;

    #[test]
    fn only_well_formed_ids_are_accepted() {
        let id = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            RequestId::from_headers(&HeaderMap::from_iter([(REQUEST_ID, value)]), &SystemClock)
        };
        assert_eq!(id("app-7_A").as_str(), "app-7_A");
        for wrong in ["", "a b", "{\"x\":1}", &"x".repeat(65)] {
            assert_eq!(id(wrong).as_str().len(), 36, "{wrong}");
        }
    }
}
