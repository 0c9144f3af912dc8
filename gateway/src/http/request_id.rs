//! A name for each request, to find it again in the logs.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use coach_domain::clock::Clock;
use uuid::{NoContext, Timestamp, Uuid};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id: the caller's own when it is well-formed, else a new one that sorts by time.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    pub(super) fn of(headers: &HeaderMap, clock: &dyn Clock) -> Self {
        let given = headers.get(REQUEST_ID).filter(|id| is_well_formed(id));
        let made = || HeaderValue::try_from(new(clock).to_string());
        Self(match given {
            Some(id) => id.clone(),
            // A UUID's digits are always a header's value.
            None => made().unwrap_or(HeaderValue::from_static("unknown")),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("unknown")
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn new(clock: &dyn Clock) -> Uuid {
    let now = clock.now();
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

/// It goes into logs: nothing but what cannot be mistaken for something else.
fn is_well_formed(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    (1..=64).contains(&id.len()) && id.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use coach_domain::clock::SystemClock;

    use super::*;

    #[test]
    fn only_well_formed_ids_are_taken_over() {
        let id = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            RequestId::of(&HeaderMap::from_iter([(REQUEST_ID, value)]), &SystemClock)
        };
        assert_eq!(id("app-7_A").as_str(), "app-7_A");
        for wrong in ["", "a b", "{\"x\":1}", &"x".repeat(65)] {
            assert_eq!(id(wrong).as_str().len(), 36, "{wrong}");
        }
    }
}
