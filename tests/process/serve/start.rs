//! The settings that `coach serve` requires, and the URL that it tells apps.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _, process::Command};

use super::{Fixture, graphql_request, read_response, shell_command};
use crate::coach::{binary, command, folder, port, run, share_machine};
use std::io::Write as _;

fn fail_to_serve(mut command: Command) -> String {
    command.arg("serve");
    let (status, output) = run(command);
    assert!(!status.success(), "{output}");
    output
}

#[test]
fn it_asks_whose_tokens_it_takes() {
    let _lock = share_machine();
    let folder = folder();
    let output = fail_to_serve(command(&folder, port()));
    assert!(
        output.contains("COACH_AUTH_ISSUER") && output.contains("COACH_AUTH_LOCAL=yes"),
        "{output}"
    );
}

#[test]
fn a_home_that_is_not_utf_8_is_refused() {
    let _lock = share_machine();
    let folder = folder();
    let mut dev = command(&folder, port());
    dev.env("COACH_HOME", OsString::from_vec(b"caf\xe9".to_vec()));
    let output = fail_to_serve(dev);
    assert!(
        output.contains("COACH_HOME") && output.contains("UTF-8"),
        "{output}"
    );
}

#[test]
fn an_issuers_apps_are_not_sent_to_an_address_of_nobody() {
    let _lock = share_machine();
    let folder = folder();
    let mut serve = command(&folder, port());
    serve
        .env("COACH_LISTEN", "0.0.0.0:0")
        .env("COACH_AUTH_ISSUER", "http://127.0.0.1:1")
        .env("COACH_AUTH_AUDIENCE", "coach");
    let output = fail_to_serve(serve);
    assert!(output.contains("COACH_LIVE_STATUS_URL"), "{output}");
}

#[test]
fn beside_a_service_of_kubernetes_it_starts_and_is_found() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let port = port();
    let mut shell = shell_command(&fixture.dev.folder, port);
    shell
        .args(["-c", "exec \"$0\" serve"])
        .arg(binary())
        .env("COACH_DATABASE_URL", &fixture.url)
        .env("COACH_AUTH_LOCAL", "yes")
        .env("COACH_LISTEN", format!("0.0.0.0:{port}"))
        .env("COACH_SERVICE_HOST", "10.0.0.11")
        .env("COACH_SERVICE_PORT", "8080")
        .env("COACH_PORT", "tcp://10.0.0.11:8080")
        .env("COACH_PORT_8080_TCP", "tcp://10.0.0.11:8080");
    let process = super::ServeProcess::start(shell, port);
    assert!(process.log().contains("COACH_PORT_8080_TCP"));
    let mut stream = process.connect().expect("a connection");
    let request = graphql_request(&fixture.token, "{ liveStream { statusUrl } }");
    stream.write_all(request.as_bytes()).expect("sent");
    let answer = read_response(&mut stream).expect("an answer");
    let url = format!("http://127.0.0.1:{port}/live/status.json");
    assert!(answer.contains(&url), "{answer}");
}
