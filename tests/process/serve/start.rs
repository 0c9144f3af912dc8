//! What `coach serve` wants to know before it starts, and what it tells apps of itself.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _, process::Command};

use super::{Stage, answer, clean, question};
use crate::coach::{binary, command, folder, port, run, turn};
use std::io::Write as _;

fn refused(mut command: Command) -> String {
    command.arg("serve");
    let (status, said) = run(command);
    assert!(!status.success(), "{said}");
    said
}

#[test]
fn it_asks_whose_tokens_it_takes() {
    let _turn = turn();
    let folder = folder();
    let said = refused(command(&folder, port()));
    assert!(
        said.contains("COACH_AUTH_ISSUER") && said.contains("COACH_AUTH_LOCAL=yes"),
        "{said}"
    );
}

#[test]
fn a_home_that_is_not_utf_8_is_refused() {
    let _turn = turn();
    let folder = folder();
    let mut dev = command(&folder, port());
    dev.env("COACH_HOME", OsString::from_vec(b"caf\xe9".to_vec()));
    let said = refused(dev);
    assert!(
        said.contains("COACH_HOME") && said.contains("UTF-8"),
        "{said}"
    );
}

#[test]
fn an_issuers_apps_are_not_sent_to_an_address_of_nobody() {
    let _turn = turn();
    let folder = folder();
    let mut serve = command(&folder, port());
    serve
        .env("COACH_LISTEN", "0.0.0.0:0")
        .env("COACH_AUTH_ISSUER", "http://127.0.0.1:1")
        .env("COACH_AUTH_AUDIENCE", "coach");
    let said = refused(serve);
    assert!(said.contains("COACH_LIVE_STATUS_URL"), "{said}");
}

#[test]
fn beside_a_service_of_kubernetes_it_starts_and_is_found() {
    let _turn = turn();
    let stage = Stage::new();
    let port = port();
    let mut shell = clean(&stage.dev.folder, port);
    shell
        .args(["-c", "exec \"$0\" serve"])
        .arg(binary())
        .env("COACH_DATABASE_URL", &stage.url)
        .env("COACH_AUTH_LOCAL", "yes")
        .env("COACH_LISTEN", format!("0.0.0.0:{port}"))
        .env("COACH_SERVICE_HOST", "10.0.0.11")
        .env("COACH_SERVICE_PORT", "8080")
        .env("COACH_PORT", "tcp://10.0.0.11:8080")
        .env("COACH_PORT_8080_TCP", "tcp://10.0.0.11:8080");
    let served = super::Served::start(shell, port);
    assert!(served.log().contains("COACH_PORT_8080_TCP"));
    let mut stream = served.connect().expect("a connection");
    let ask = question(&stage.token, "{ liveStream { statusUrl } }");
    stream.write_all(ask.as_bytes()).expect("sent");
    let answer = answer(&mut stream).expect("an answer");
    let url = format!("http://127.0.0.1:{port}/live/status.json");
    assert!(answer.contains(&url), "{answer}");
}
