//! The telemetry of the background work that a request causes.

use hex::encode as hex;
use serde_json::{Value, json};

use super::{CALLER, TRACE, start};
use crate::{
    coach::{Dev, assert_no_personal_data, share_machine},
    collector::{Collector, attributes},
};

const REQUEST: &str = include_str!("../../../schema/operations/RequestDataExport.graphql");

/// The metric of processed messages. It is recorded before a message is deleted, and exposed at once.
const COUNTED: &str = "messaging_process_duration_seconds_count{";

fn request_export(dev: &Dev) {
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
    let _lock = share_machine();
    let collector = Collector::start();
    let dev = start(&collector);
    request_export(&dev);

    // It is a trace of its own, since it may be much later, with a link to its cause.
    let done = collector.wait_for_linked_span("process email-attachments", TRACE);
    assert_ne!(hex(&done.trace_id), TRACE);
    assert!(done.parent_span_id.is_empty(), "{done:#?}");
    // The span kind of consumers.
    assert_eq!(done.kind, 5);
    let found = attributes(&done);
    for (name, value) in [
        ("messaging.destination.name", "email-attachments"),
        ("messaging.operation.name", "process"),
        ("messaging.operation.type", "process"),
        ("coach.envelope.kind", "member.data-export"),
        ("coach.receives", "1"),
        ("coach.outcome", "done"),
    ] {
        assert_eq!(
            found.get(name).map(String::as_str),
            Some(value),
            "{found:?}"
        );
    }
    let [link] = &done.links[..] else {
        panic!("not one link: {done:#?}");
    };
    let cause = hex(&link.span_id);
    let spans = collector.wait_for_trace(TRACE, |spans| {
        spans.iter().any(|span| hex(&span.span_id) == cause)
            && spans.iter().any(|span| hex(&span.parent_span_id) == CALLER)
    });
    // The response waited for no other system than the database: the only client spans are statements.
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
    // The email with the archive was caused by that work in turn.
    let mailed = collector.wait_for_linked_span("process email-attachments", &hex(&done.trace_id));
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
    // The archive and its email.
    assert!(counted.ends_with(" 2"), "{counted}");
    assert_no_personal_data(&collector.text());
    // The metrics are also exported by OTLP.
    collector.wait_for_metric("messaging.process.duration");
}
