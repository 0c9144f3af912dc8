//! A name for each request, to find it again in the logs.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id: the caller's own when it is well-formed, else a new one that sorts by time.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).filter(|id| is_well_formed(id));
        let new = || HeaderValue::try_from(Uuid::now_v7().to_string());
        Self(match given {
            Some(id) => id.clone(),
            // A UUID's digits are always a header's value.
            None => new().unwrap_or(HeaderValue::from_static("unknown")),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("unknown")
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// It goes into logs: nothing but what cannot be mistaken for something else.
fn is_well_formed(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    (1..=64).contains(&id.len()) && id.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_ids_are_taken_over() {
        let id = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            RequestId::of(&HeaderMap::from_iter([(REQUEST_ID, value)]))
        };
        assert_eq!(id("app-7_A").as_str(), "app-7_A");
        for wrong in ["", "a b", "{\"x\":1}", &"x".repeat(65)] {
            assert_eq!(id(wrong).as_str().len(), 36, "{wrong}");
        }
    }
}
