//! `coach trace`, as the person on call types it.

use std::{path::Path, process::Output};

use coach_tests::wait_for;
use serde_json::{Value, json};

use crate::coach::{Dev, TODAY, command, folder, operator, port, share_machine};

fn output(folder: &Path, arguments: &[&str]) -> Output {
    operator(folder).args(arguments).output().expect("it runs")
}

/// Standard output if it succeeds, else standard error.
fn run(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = output(folder, arguments);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

#[test]
fn the_person_on_call_finds_the_slow_statement() {
    let _lock = share_machine();
    let folder = folder();
    let port = port();
    let mut command = command(&folder, port);
    // Every request is slow.
    command.env("COACH_SLOW_REQUEST", "1ms");
    let dev = Dev::start_as(command, &folder, port);
    let id = "0195a9c6-2e00-7c3a-8b1d-5e4f60718293";
    let unknown = run(&folder, &["trace", id]).expect_err("unknown");
    assert!(
        unknown.contains(&format!("no request with the id {id} is known"))
            && unknown.contains("24 hours")
            && unknown.contains("COACH_SLOW_REQUEST"),
        "{unknown}"
    );
    let client = reqwest::blocking::Client::new();
    let request = client
        .post(format!("{}/graphql", dev.base))
        .header("x-request-id", id)
        .bearer_auth(dev.token())
        .json(&json!({ "query": TODAY }));
    let response = request.send().expect("an answer");
    assert_eq!(response.status(), 200);
    let timing = response.headers().get("server-timing").expect("a header");
    assert!(timing.to_str().expect("text").contains("db;dur="));

    // It is written in the background.
    let text = wait_for(
        || run(&folder, &["trace", id]).ok(),
        || "written".to_owned(),
    );
    assert!(
        text.starts_with(&format!("request {id}: query Today, ")),
        "{text}"
    );
    for part in [
        "status 200",
        "prepare ",
        "SELECT workout_completion, ",
        "◀ ",
        "Cycle.today, 1 key",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("The slowest statement, "), "{text}");
    let json = run(&folder, &["trace", id, "--format", "json"]).expect("found");
    let trace: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(trace["requestId"], id);
    assert_eq!(trace["operation"], "Today");
    assert!(
        trace["statements"]
            .as_array()
            .is_some_and(|it| it.len() > 1),
        "{trace:#}"
    );

    let list = run(&folder, &["trace"]).expect("a list");
    assert!(
        list.lines()
            .any(|line| line.contains(id) && line.contains("Today")),
        "{list}"
    );
    let json = run(&folder, &["trace", "--limit", "1", "--format", "json"]).expect("a list");
    let list: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list:#}");
}
