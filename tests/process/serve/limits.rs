//! Connections that say nothing, or not enough, and more of them than there can be.

use std::{io::Write as _, net::TcpStream};

use super::{Stage, answer, rest};
use crate::coach::turn;

const HALF: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: x\r\n";

#[test]
fn connections_that_are_silent_are_closed() {
    let _turn = turn();
    let stage = Stage::new();
    let served = stage.serve(&[
        ("COACH_TIMEOUT_HEADERS", "300ms"),
        ("COACH_TIMEOUT_IDLE", "600ms"),
    ]);
    for begun in [
        &b""[..],
        b"G",
        HALF,
        b"PRI * HTTP/2.0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    ] {
        // It ends, which it would not in the time that is waited.
        let closed = served.send(begun);
        assert!(closed.is_ok(), "{begun:?}: {closed:?}");
    }
    let mut idle = served.connect().expect("a connection");
    let ask = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    for _ in 0..2 {
        idle.write_all(ask).expect("sent");
        assert!(answer(&mut idle).expect("an answer").contains("live"));
    }
    // A part of the next one is not waited for longer than the first.
    idle.write_all(HALF).expect("sent");
    assert_eq!(rest(&mut idle).expect("an end"), "");
    let metrics = served.get("/metrics").expect("an answer");
    assert!(
        metrics.contains("coach_http_connections_closed_total{coach_reason=\"headers\""),
        "{metrics}"
    );
}

#[test]
fn health_is_told_and_requests_are_answered_beside_more_connections_than_can_be() {
    let _turn = turn();
    let stage = Stage::new();
    let served = stage.serve_with(
        &[("COACH_AUTH_LOCAL", "yes")],
        "ulimit -n 256; exec \"$0\" serve",
    );
    let halves: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = served.connect().expect("a connection");
            stream.write_all(HALF).expect("sent");
            stream
        })
        .collect();
    for path in ["/health/live", "/health/ready", "/schema.graphql"] {
        let answer = served.get(path).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer:.300}");
    }
    let log = served.log();
    assert!(log.contains("as many connections as may be"), "{log}");
    // Those that were not given up for others get their answer.
    let mut last = halves.into_iter().last().expect("a connection");
    last.write_all(b"\r\n").expect("sent");
    assert!(answer(&mut last).expect("an answer").contains("live"));
}

#[test]
fn without_descriptors_idle_connections_make_room_and_the_log_says_so() {
    let _turn = turn();
    let stage = Stage::new();
    let served = stage.serve(&[]);
    let ask = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    let idle: Vec<TcpStream> = (0..80)
        .map(|_| {
            let mut stream = served.connect().expect("a connection");
            stream.write_all(ask).expect("sent");
            answer(&mut stream).expect("an answer");
            stream
        })
        .collect();
    // Fewer than there are open: all numbers below are in use.
    served.limit_descriptors(64);
    let told = served.get("/health/live").expect("an answer");
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    let log = served.log();
    assert!(log.contains("connections cannot be accepted"), "{log}");
    // The one that was used last is still there.
    let mut last = idle.into_iter().last().expect("a connection");
    last.write_all(ask).expect("sent");
    assert!(answer(&mut last).expect("an answer").contains("live"));
}

#[test]
fn http_1_1_wants_to_know_the_host() {
    let _turn = turn();
    let stage = Stage::new();
    let served = stage.serve(&[]);
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
        let answer = served.send(format!("{head}\r\n").as_bytes());
        let answer = answer.expect("an answer");
        let told = answer.split(' ').nth(1).map(str::to_owned);
        assert_eq!(told, Some(status.to_string()), "{head}: {answer}");
        assert!(status == 200 || answer.contains("BAD_REQUEST"), "{answer}");
    }
}
