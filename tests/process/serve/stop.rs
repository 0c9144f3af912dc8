//! Graceful shutdown with clients that keep their connections open.

use std::{
    io::{Read as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use coach_tests::wait_for;

use super::{Fixture, graphql_request, read_response};
use crate::coach::share_machine;

const CLIENTS: usize = 8;
const QUERY: &str = "{ me { displayName } }";

/// The HTTP/2 connection preface, empty settings, and a GET request for `/`.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x06\x01\x05\x00\x00\x00\x01\x82\x86\x84\x41\x01x";
const HEADERS: u8 = 1;
const GOAWAY: u8 = 7;

#[test]
fn no_request_on_an_open_connection_is_lost() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let mut process = fixture.serve(&[("COACH_TIMEOUT_DRAIN", "1s")]);
    let answered = Arc::new(AtomicUsize::new(0));
    let closed = Arc::new(AtomicUsize::new(0));
    let request = graphql_request(&fixture.token, QUERY);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (process, request) = (&process, &request);
            let (answered, closed) = (Arc::clone(&answered), Arc::clone(&closed));
            scope.spawn(move || {
                while let Ok(mut stream) = process.connect() {
                    loop {
                        // Clients wait for different times between requests.
                        thread::sleep(Duration::from_millis(30 * client as u64));
                        let sent = stream.write_all(request.as_bytes());
                        sent.expect("the connection is open until it is said to be closed");
                        let answer =
                            read_response(&mut stream).expect("an answer to what was sent");
                        assert!(answer.contains("maya"), "{answer}");
                        answered.fetch_add(1, Ordering::Relaxed);
                        if answer.contains("connection: close") {
                            closed.fetch_add(1, Ordering::Relaxed);
                            break;
                        }
                    }
                }
            });
        }
        wait_for(
            || (answered.load(Ordering::Relaxed) >= CLIENTS * 10).then_some(()),
            || "answers".to_owned(),
        );
        assert_eq!(closed.load(Ordering::Relaxed), 0);
        process.terminate();
    });
    process.wait_for_exit();
    assert!(closed.load(Ordering::Relaxed) >= CLIENTS);
}

#[test]
fn clients_with_http_2_get_goaway() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let mut process = fixture.serve(&[("COACH_TIMEOUT_DRAIN", "1s")]);
    let mut stream = process.connect().expect("a connection");
    stream.write_all(HTTP_2).expect("sent");
    let mut frame = || {
        let mut head = [0; 9];
        stream.read_exact(&mut head).expect("a frame");
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).expect("a length")];
        stream.read_exact(&mut payload).expect("all of it");
        head[3]
    };
    while frame() != HEADERS {}
    process.terminate();
    while frame() != GOAWAY {}
    process.wait_for_exit();
}

#[test]
fn a_client_that_shuts_down_its_sending_half_gets_its_answer() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve(&[]);
    for _ in 0..20 {
        let mut stream = process.connect().expect("a connection");
        let request = graphql_request(&fixture.token, QUERY);
        stream.write_all(request.as_bytes()).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("shut");
        assert!(
            read_response(&mut stream)
                .expect("an answer")
                .contains("maya")
        );
    }
}
