//! Which requests are traced unless `OTEL_TRACES_SAMPLER` says it: all that change something, and few of those that read.
//! It is decided before there is a span, because a span that nobody will see takes as long as any other.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, Method};
use coach_domain::trace;

/// Of how many reads one is traced.
const READS_PER_TRACE: u64 = 20;

/// The choice of the requests that are traced. What their callers say of sampling counts in any case.
#[derive(Debug)]
pub(super) struct Sampling {
    samples_reads: bool,
    requests: AtomicU64,
}

impl Sampling {
    /// Traces one read in [`READS_PER_TRACE`] if `samples_reads`, else all.
    pub(super) fn new(samples_reads: bool) -> Self {
        Self {
            samples_reads,
            requests: AtomicU64::new(0),
        }
    }

    /// Whether the span of a request begins with it. That of others begins when it turns out that they change something.
    pub(super) fn begins_now(&self, method: &Method, route: &str, headers: &HeaderMap) -> bool {
        let may_read = method != Method::POST || route.starts_with("/graphql");
        !self.samples_reads
            || !may_read
            || has_valid_traceparent(headers)
            || self
                .requests
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(READS_PER_TRACE)
    }
}

/// Whether there is exactly one `traceparent` header, and it is well-formed.
pub(super) fn has_valid_traceparent(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all("traceparent").iter();
    let text = values.next().and_then(|value| value.to_str().ok());
    values.next().is_none() && text.is_some_and(trace::is_well_formed)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_read_in_twenty_begins_with_a_span() {
        let sampling = Sampling::new(true);
        let count = |method: Method, route, headers: &HeaderMap| {
            let begins = (0..100).filter(|_| sampling.begins_now(&method, route, headers));
            begins.count()
        };
        let mut headers = HeaderMap::new();
        assert_eq!(count(Method::POST, "/graphql", &headers), 5);
        assert_eq!(count(Method::GET, "/graphql", &headers), 5);
        assert_eq!(count(Method::GET, "/live/status.json", &headers), 5);
        assert_eq!(count(Method::POST, "/webhooks/{source}", &headers), 100);
        headers.insert("traceparent", HeaderValue::from_static("malformed"));
        assert_eq!(count(Method::POST, "/graphql", &headers), 5);
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        headers.insert("traceparent", HeaderValue::from_static(parent));
        assert_eq!(count(Method::POST, "/graphql", &headers), 100);
    }

    #[test]
    fn every_request_begins_with_a_span_where_others_sample() {
        let sampling = Sampling::new(false);
        let headers = HeaderMap::new();
        assert!((0..100).all(|_| sampling.begins_now(&Method::GET, "/graphql", &headers)));
    }
}
