//! The telemetry of the background work that a request causes.

use std::collections::HashMap;

use hex::encode as hex;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};

use super::{CALLER, TRACE, start};
use crate::{
    coach::{Dev, assert_no_personal_data, share_machine},
    collector::{Collector, attributes},
};

const REQUEST: &str = include_str!("../../../schema/operations/RequestDataExport.graphql");

/// The kinds of spans.
const CLIENT: i32 = 3;
const PRODUCER: i32 = 4;
const CONSUMER: i32 = 5;

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

/// The spans of a trace.
struct Trace(Vec<Span>);

impl Trace {
    /// Waits until the mail is delivered, and all spans above it are there.
    fn of_mail(collector: &Collector) -> Self {
        let is_complete = |spans: &[Span]| {
            let has = |id: &Vec<u8>| spans.iter().any(|span| span.span_id == *id);
            spans.iter().any(|span| span.name.starts_with("deliver "))
                && (spans.iter())
                    .all(|it| has(&it.parent_span_id) || hex(&it.parent_span_id) == CALLER)
        };
        Self(collector.wait_for_trace(TRACE, is_complete))
    }

    /// The only span with this name below `parent`.
    fn child(&self, parent: &Span, name: &str) -> &Span {
        let mut children = self.children(parent).filter(|span| span.name == name);
        let child = children.next();
        let child = child.unwrap_or_else(|| panic!("{name} below {}: {:#?}", parent.name, self.0));
        assert!(children.next().is_none(), "{name} below {}", parent.name);
        child
    }

    fn children(&self, parent: &Span) -> impl Iterator<Item = &Span> {
        (self.0.iter()).filter(|span| span.parent_span_id == parent.span_id)
    }
}

fn assert_attributes(span: &Span, expected: &[(&str, &str)]) {
    let found: HashMap<_, _> = attributes(span);
    for (name, value) in expected {
        assert_eq!(
            found.get(name).map(String::as_str),
            Some(*value),
            "{found:?}"
        );
    }
}

#[test]
fn one_trace_leads_from_a_mutation_to_the_mail_that_it_caused() {
    let _lock = share_machine();
    let collector = Collector::start();
    let dev = start(&collector);
    request_export(&dev);
    let trace = Trace::of_mail(&collector);

    let requests = trace.0.iter();
    let mut requests = requests.filter(|span| hex(&span.parent_span_id) == CALLER);
    let request = requests.next().expect("a request");
    assert_eq!(
        (request.name.as_str(), requests.next()),
        ("POST /graphql", None)
    );
    let operation = trace.child(request, "mutation RequestDataExport");
    trace.child(operation, "INSERT outbox");
    // The response waited for no other system than the database.
    for span in trace.children(operation) {
        let is_statement = attributes(span).contains_key("db.query.text");
        assert!(span.kind != CLIENT || is_statement, "{span:#?}");
    }

    // A worker makes the archive; that causes the mail in turn.
    let created = trace.child(operation, "create email-attachments");
    let processed = assert_message(&trace, created, "member.data-export");
    let created = trace.child(processed, "create email-attachments");
    let processed = assert_message(&trace, created, "email.data-export");
    let delivered = trace.child(processed, "deliver email.data-export");
    assert_eq!(delivered.kind, CLIENT);
    assert_attributes(
        delivered,
        &[
            ("coach.mail.template", "email.data-export"),
            ("coach.outcome", "sent"),
        ],
    );

    let exposed = reqwest::blocking::get(format!("{}/metrics", dev.base)).expect("an answer");
    let exposed = exposed.text().expect("text");
    let series: Vec<_> = exposed
        .lines()
        .filter(|line| line.starts_with(COUNTED))
        .collect();
    let counted = series.iter().find(|line| {
        [
            r#"messaging_system="postgresql""#,
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
    let sent =
        r#"coach_mail_sent_total{coach_mail_template="email.data-export",coach_outcome="sent""#;
    assert!(exposed.contains(sent), "{exposed}");
    assert_no_personal_data(&collector.text());
    // The metrics are also exported by OTLP.
    collector.wait_for_metric("messaging.process.duration");
}

/// Checks that the message that was created was sent and processed, and returns the span of its processing.
fn assert_message<'t>(trace: &'t Trace, created: &Span, kind: &str) -> &'t Span {
    let queue = ("messaging.destination.name", "email-attachments");
    assert_eq!(created.kind, PRODUCER);
    assert_attributes(created, &[queue, ("coach.envelope.kind", kind)]);
    let sent = trace.child(created, "send email-attachments");
    assert_eq!(sent.kind, CLIENT);
    let postgres = ("messaging.system", "postgresql");
    let operation = ("messaging.operation.type", "send");
    assert_attributes(sent, &[queue, postgres, operation]);
    let processed = trace.child(created, "process email-attachments");
    assert_eq!(processed.kind, CONSUMER);
    let operation = ("messaging.operation.type", "process");
    assert_attributes(
        processed,
        &[
            queue,
            postgres,
            operation,
            ("messaging.operation.name", "process"),
            ("coach.envelope.kind", kind),
            ("coach.receives", "1"),
            ("coach.outcome", "done"),
        ],
    );
    for span in [sent, processed] {
        let links: Vec<_> = span.links.iter().map(|link| &link.span_id).collect();
        assert_eq!(links, [&created.span_id], "{span:#?}");
    }
    processed
}
