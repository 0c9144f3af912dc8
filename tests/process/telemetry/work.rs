//! And of what is done because of it, behind its answer.

use serde_json::{Value, json};

use super::{CALLER, TRACE, start};
use crate::{
    coach::{Dev, assert_private, turn},
    collector::{Collector, attributes, hex},
};

const REQUEST: &str = include_str!("../../../schema/operations/RequestDataExport.graphql");

/// What has been counted by now; it is counted before the message is done with, and shown at once.
const COUNTED: &str = "messaging_process_duration_seconds_count{";

fn ask_for_data(dev: &Dev) {
    let input = json!({ "idempotencyKey": "1" });
    let answer = reqwest::blocking::Client::new()
        .post(format!("{}/graphql", dev.base))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .bearer_auth(dev.token())
        .json(&json!({ "query": REQUEST, "variables": { "input": input } }))
        .send();
    let body: Value = answer.expect("an answer").json().expect("JSON");
    let payload = &body["data"]["requestDataExport"];
    assert_eq!(payload["userErrors"], json!([]), "{body}");
}

#[test]
fn what_is_worked_on_is_linked_to_what_caused_it_and_timed() {
    let _turn = turn();
    let collector = Collector::start();
    let dev = start(&collector);
    ask_for_data(&dev);

    // A trace of its own, which may be long after; and the place of its cause.
    let done = collector.linked("process email-attachments", TRACE);
    assert_ne!(hex(&done.trace_id), TRACE);
    assert!(done.parent_span_id.is_empty(), "{done:#?}");
    // Consumer.
    assert_eq!(done.kind, 5);
    let told = attributes(&done);
    for (name, value) in [
        ("messaging.destination.name", "email-attachments"),
        ("messaging.operation.name", "process"),
        ("messaging.operation.type", "process"),
        ("coach.envelope.kind", "member.data-export"),
        ("coach.receives", "1"),
        ("coach.outcome", "done"),
    ] {
        assert_eq!(told.get(name).map(String::as_str), Some(value), "{told:?}");
    }
    let [link] = &done.links[..] else {
        panic!("not one link: {done:#?}");
    };
    let cause = hex(&link.span_id);
    let spans = collector.trace(TRACE, |spans| {
        spans.iter().any(|span| hex(&span.span_id) == cause)
            && spans.iter().any(|span| hex(&span.parent_span_id) == CALLER)
    });
    // The answer waited for the database, and for nothing else outside: no client, producer or consumer but its
    // statements.
    for span in &spans {
        let is_statement =
            attributes(span).get("db.system.name").map(String::as_str) == Some("postgresql");
        assert!(!(3..=5).contains(&span.kind) || is_statement, "{span:#?}");
    }
    assert!(spans.iter().any(|span| span.kind == 3), "{spans:#?}");
    let cause = spans.iter().find(|span| hex(&span.span_id) == cause);
    let cause = cause.expect("the cause").name.as_str();
    assert!(
        ["POST /graphql", "mutation RequestDataExport"].contains(&cause),
        "{cause}"
    );
    // The letter about it was caused by that work in turn.
    let mailed = collector.linked("process email-attachments", &hex(&done.trace_id));
    assert_eq!(
        attributes(&mailed)["coach.envelope.kind"],
        "email.data-export"
    );

    let exposed = reqwest::blocking::get(format!("{}/metrics", dev.base)).expect("an answer");
    let exposed = exposed.text().expect("text");
    let series: Vec<_> = exposed
        .lines()
        .filter(|line| line.starts_with(COUNTED))
        .collect();
    let counted = series.iter().find(|line| {
        [
            r#"messaging_destination_name="email-attachments""#,
            r#"messaging_operation_name="process""#,
            r#"coach_outcome="done""#,
        ]
        .iter()
        .all(|label| line.contains(label))
    });
    let counted = counted.unwrap_or_else(|| panic!("not counted: {series:?}"));
    // The archive and its letter.
    assert!(counted.ends_with(" 2"), "{counted}");
    assert_private(&collector.text());
    // The same is sent by OTLP.
    collector.counts("messaging.process.duration");
}
