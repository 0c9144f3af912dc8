//! Request ids, which connect a response with its log lines.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use coach_domain::{clock::Clock, id};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 64;

/// The request's id: the caller's own if it is well-formed, otherwise a new UUID of version 7.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId {
    text: [u8; MAX_LENGTH],
    length: usize,
}

impl RequestId {
    pub(super) fn from_headers(headers: &HeaderMap, clock: &dyn Clock) -> Self {
        let mut text = [0; MAX_LENGTH];
        let received = headers.get(REQUEST_ID).map(HeaderValue::as_bytes);
        let length = if let Some(id) = received.filter(|id| is_well_formed(id)) {
            text[..id.len()].copy_from_slice(id);
            id.len()
        } else {
            let id = id::new_v7(clock.now()).hyphenated();
            id.encode_lower(&mut text).len()
        };
        Self { text, length }
    }

    pub(super) fn as_str(&self) -> &str {
        // It is ASCII, received or generated.
        str::from_utf8(&self.text[..self.length]).unwrap_or("unknown")
    }

    pub(super) fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(self.as_str()).unwrap_or(HeaderValue::from_static("unknown"))
    }
}

/// Whether an id is 1 to 64 letters, digits, `-` and `_`: nothing that could forge a log line.
fn is_well_formed(id: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(is_allowed)
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
