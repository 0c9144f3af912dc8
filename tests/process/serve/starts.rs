//! Processes record that they start.

use coach_domain::database::{self, Options};
use coach_tests::{member::SAM, wait_for};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::Fixture;
use crate::coach::share_machine;

#[test]
fn gateways_and_workers_record_that_they_start() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let _gateway = fixture.serve(&[("COACH_DEPLOYMENT", "green")]);
    let _worker = fixture.serve_with(&[("COACH_DEPLOYMENT", "blue")], "exec \"$0\" worker");
    let staff = fixture.dev.token_of(SAM);
    let query = "{ operations { processStarts { role version deployment } } }";
    let starts = || {
        let answer = fixture.dev.graphql(&staff, query).1;
        let starts = answer["data"]["operations"]["processStarts"].as_array();
        starts.expect("starts").clone()
    };
    let mut starts = wait_for(
        || Some(starts()).filter(|starts| starts.len() == 3),
        || format!("three starts: {:#?}", starts()),
    );
    starts.sort_by_key(Value::to_string);
    let start = |role: &str, deployment: Option<&str>| json!({ "role": role, "version": env!("CARGO_PKG_VERSION"), "deployment": deployment });
    let mut expected = [
        start("GATEWAY", None),
        start("GATEWAY", Some("green")),
        start("WORKER", Some("blue")),
    ];
    expected.sort_by_key(Value::to_string);
    assert_eq!(starts, expected);
}

#[test]
fn a_start_that_is_not_recorded_is_a_start() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let pool = database::connect(&fixture.url, &Options::default()).await;
        let renamed = "ALTER TABLE process_start RENAME TO process_start_gone";
        let renamed = pool
            .expect("a connection")
            .execute_unprepared(renamed)
            .await;
        renamed.expect("renamed");
    });
    // It is ready, or this would fail.
    let process = fixture.serve(&[]);
    wait_for(
        || process.log().contains("was not recorded").then_some(()),
        || format!("a warning: {}", process.log()),
    );
    let ready = process.get("/health/ready").expect("an answer");
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
}
