//! Connections that send nothing or incomplete requests, and more connections than the limit.

use std::{io::Write as _, net::TcpStream};

use super::{Fixture, graphql_request, read_response, read_to_end};
use crate::coach::share_machine;

const PARTIAL_REQUEST: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: x\r\n";

#[test]
fn connections_that_are_silent_are_closed() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve(&[
        ("COACH_TIMEOUT_HEADERS", "300ms"),
        ("COACH_TIMEOUT_IDLE", "600ms"),
    ]);
    for start in [
        &b""[..],
        b"G",
        PARTIAL_REQUEST,
        b"PRI * HTTP/2.0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    ] {
        // The gateway closes the connection within the timeout of reading.
        let closed = process.send(start);
        assert!(closed.is_ok(), "{start:?}: {closed:?}");
    }
    let mut idle = process.connect().expect("a connection");
    let request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    for _ in 0..2 {
        idle.write_all(request).expect("sent");
        assert!(
            read_response(&mut idle)
                .expect("an answer")
                .contains("live")
        );
    }
    // An incomplete further request has the same timeout as the first.
    idle.write_all(PARTIAL_REQUEST).expect("sent");
    assert_eq!(read_to_end(&mut idle).expect("an end"), "");
    let metrics = process.get("/metrics").expect("an answer");
    assert!(
        metrics.contains("coach_http_connections_closed_total{coach_reason=\"headers\""),
        "{metrics}"
    );
}

#[test]
fn health_is_reported_and_requests_are_answered_beside_more_connections_than_can_be() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve_with(
        &[("COACH_AUTH_LOCAL", "yes")],
        "ulimit -n 256; exec \"$0\" serve",
    );
    let partial: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = process.connect().expect("a connection");
            stream.write_all(PARTIAL_REQUEST).expect("sent");
            stream
        })
        .collect();
    for path in ["/health/live", "/health/ready", "/schema.graphql"] {
        let answer = process.get(path).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer:.300}");
    }
    let log = process.log();
    assert!(log.contains("as many connections as may be"), "{log}");
    // Connections that were not closed in favour of others still get responses.
    let mut last = partial.into_iter().last().expect("a connection");
    last.write_all(b"\r\n").expect("sent");
    assert!(
        read_response(&mut last)
            .expect("an answer")
            .contains("live")
    );
}

#[test]
fn without_descriptors_idle_connections_make_room_and_the_log_says_so() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve(&[]);
    let request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    let idle: Vec<TcpStream> = (0..80)
        .map(|_| {
            let mut stream = process.connect().expect("a connection");
            stream.write_all(request).expect("sent");
            read_response(&mut stream).expect("an answer");
            stream
        })
        .collect();
    // The limit is below the number of open descriptors, so no new one can be opened.
    process.limit_descriptors(64);
    let response = process.get("/health/live").expect("an answer");
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    let log = process.log();
    assert!(log.contains("connections cannot be accepted"), "{log}");
    // The most recently used connection is still open.
    let mut last = idle.into_iter().last().expect("a connection");
    last.write_all(request).expect("sent");
    assert!(
        read_response(&mut last)
            .expect("an answer")
            .contains("live")
    );
}

#[test]
fn http_1_1_wants_to_know_the_host() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve(&[]);
    for (head, status) in [
        ("GET /health/live HTTP/1.1\r\nConnection: close\r\n", 400),
        (
            "GET /live/status.json HTTP/1.1\r\nConnection: close\r\n",
            400,
        ),
        (
            "GET /health/live HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n",
            400,
        ),
        (
            "GET /health/live HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n",
            400,
        ),
        (
            "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n",
            200,
        ),
        ("GET /health/live HTTP/1.0\r\n", 200),
    ] {
        let answer = process.send(format!("{head}\r\n").as_bytes());
        let answer = answer.expect("an answer");
        let actual = answer.split(' ').nth(1).map(str::to_owned);
        assert_eq!(actual, Some(status.to_string()), "{head}: {answer}");
        assert!(status == 200 || answer.contains("BAD_REQUEST"), "{answer}");
    }
}

#[test]
fn requests_beyond_the_rate_of_changes_are_counted() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve(&[("COACH_LIMIT_COMMANDS", "1")]);
    let input = "{ idempotencyKey: \"1\" }";
    let query = format!("mutation {{ keepAccount(input: {input}) {{ userErrors {{ code }} }} }}");
    let request = graphql_request(&fixture.token, &query);
    let mut stream = process.connect().expect("a connection");
    for limited in [false, true] {
        stream.write_all(request.as_bytes()).expect("sent");
        let answer = read_response(&mut stream).expect("an answer");
        assert_eq!(answer.contains("rate_limited"), limited, "{answer}");
    }
    let metrics = process.get("/metrics").expect("an answer");
    for (reason, count) in [("rate_limited", 1), ("overloaded", 0)] {
        let name = format!("coach_http_requests_rejected_total{{coach_reason=\"{reason}\"");
        let line = metrics.lines().find(|line| line.starts_with(&name));
        let line = line.unwrap_or_else(|| panic!("{reason}: {metrics}"));
        assert!(line.ends_with(&format!(" {count}")), "{line}");
    }
}
