//! The header `Server-Timing`, by which browsers show where the time of an answer went. In development only: it tells how
//! long statements take.

use std::{fmt::Write as _, time::Duration};

use axum::http::{HeaderName, HeaderValue};
use coach_domain::{database::TimelineEntries, request_trace::milliseconds};

pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The value for a request that took this long, as <https://www.w3.org/TR/server-timing/> describes it.
pub(super) fn server_timing(total: Duration, entries: &TimelineEntries) -> HeaderValue {
    let (prepared, executed) = entries.phases(total);
    let statements = &entries.statements;
    let database = statements.iter().map(|it| it.duration).sum();
    let waited = statements.iter().map(|it| it.waited).sum();
    let mut text = String::new();
    for (name, duration) in [
        ("total", total),
        ("prepare", prepared),
        ("execute", executed),
        ("db", database),
        ("pool", waited),
    ] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{name};dur={}", milliseconds(duration));
        match name {
            "db" => {
                let count = statements.len();
                let _ = write!(text, ";desc=\"{count} statements\"");
            }
            "pool" => text.push_str(";desc=\"wait for connections\""),
            _ => {}
        }
        if name != "pool" {
            text.push_str(", ");
        }
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("total"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_executed_was_only_prepared() {
        let value = server_timing(Duration::from_micros(1500), &TimelineEntries::default());
        assert_eq!(
            value,
            "total;dur=1.5, prepare;dur=1.5, execute;dur=0, db;dur=0;desc=\"0 statements\", \
             pool;dur=0;desc=\"wait for connections\""
        );
    }
}
