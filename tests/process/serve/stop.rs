//! Stopping, with clients that keep their connections.

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

use super::{Stage, answer, question};
use crate::coach::turn;

const CLIENTS: usize = 8;
const MAYA: &str = "{ me { displayName } }";

/// `PRI * HTTP/2.0`, empty settings, and a request for `/` that is complete with its head.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x06\x01\x05\x00\x00\x00\x01\x82\x86\x84\x41\x01x";
const HEADERS: u8 = 1;
const GOAWAY: u8 = 7;

#[test]
fn no_request_on_an_open_connection_is_lost() {
    let _turn = turn();
    let stage = Stage::new();
    let mut served = stage.serve(&[("COACH_TIMEOUT_DRAIN", "1s")]);
    let answered = Arc::new(AtomicUsize::new(0));
    let closed = Arc::new(AtomicUsize::new(0));
    let ask = question(&stage.token, MAYA);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (served, ask) = (&served, &ask);
            let (answered, closed) = (Arc::clone(&answered), Arc::clone(&closed));
            scope.spawn(move || {
                while let Ok(mut stream) = served.connect() {
                    loop {
                        // Some ask at once, others think.
                        thread::sleep(Duration::from_millis(30 * client as u64));
                        let sent = stream.write_all(ask.as_bytes());
                        sent.expect("the connection is open until it is said to be closed");
                        let answer = answer(&mut stream).expect("an answer to what was sent");
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
        served.terminate();
    });
    served.ended();
    assert!(closed.load(Ordering::Relaxed) >= CLIENTS);
}

#[test]
fn clients_with_http_2_are_told_to_go() {
    let _turn = turn();
    let stage = Stage::new();
    let mut served = stage.serve(&[("COACH_TIMEOUT_DRAIN", "1s")]);
    let mut stream = served.connect().expect("a connection");
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
    served.terminate();
    while frame() != GOAWAY {}
    served.ended();
}

#[test]
fn a_client_that_shuts_down_its_sending_half_gets_its_answer() {
    let _turn = turn();
    let stage = Stage::new();
    let served = stage.serve(&[]);
    for _ in 0..20 {
        let mut stream = served.connect().expect("a connection");
        let ask = question(&stage.token, MAYA);
        stream.write_all(ask.as_bytes()).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("shut");
        assert!(answer(&mut stream).expect("an answer").contains("maya"));
    }
}
