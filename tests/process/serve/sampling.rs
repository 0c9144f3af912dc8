//! Which requests have traces when nobody has said it.

use std::collections::HashSet;
use std::io::Write as _;

use opentelemetry_proto::tonic::trace::v1::Span;

use super::{Fixture, graphql_request, read_response};
use crate::{
    coach::share_machine,
    collector::{Collector, attributes},
};

const READ: &str = "{ me { displayName plan { currentCycle { days { date } } } } }";
const CHANGE: &str = r#"mutation { startPlan(input: { idempotencyKey: "1" }) { plan { id } } }"#;

const READS: usize = 400;
const CHANGES: usize = 20;

#[test]
fn one_read_in_twenty_is_traced_and_every_change() {
    let _lock = share_machine();
    let collector = Collector::start();
    let fixture = Fixture::new();
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint),
        ("OTEL_SERVICE_NAME", "coach-eu"),
    ];
    let mut process = fixture.serve(&settings);
    let mut stream = process.connect().expect("a connection");
    let requests = [(READ, READS), (CHANGE, CHANGES)];
    for (query, count) in requests {
        let request = graphql_request(&fixture.token, query);
        for _ in 0..count {
            stream.write_all(request.as_bytes()).expect("it is open");
            let answer = read_response(&mut stream).expect("an answer");
            assert!(answer.starts_with("http/1.1 200"), "{answer}");
        }
    }
    drop(stream);
    process.terminate();
    // It exports what it still has before it exits.
    process.wait_for_exit();

    let services = collector.services();
    assert!(
        services.iter().all(|name| name == "coach-eu"),
        "{services:?}"
    );
    let spans = collector.spans();
    let named = |name: &str| spans.iter().filter(|span| span.name == name).count();
    let reads = named("query");
    assert_eq!(reads, READS / 20);
    assert_eq!(named("mutation"), CHANGES);
    assert_eq!(named("POST /graphql"), reads + CHANGES);
    // Nothing is left of the others: each span is part of a request.
    let ids: HashSet<_> = spans.iter().map(|span| &span.span_id).collect();
    let is_part = |span: &&Span| ids.contains(&span.parent_span_id);
    let orphans: Vec<_> = spans.iter().filter(|span| !is_part(span)).collect();
    for root in &orphans {
        assert!(attributes(root).contains_key("http.route"), "{root:#?}");
    }
    assert_eq!(orphans.len(), reads + CHANGES);
}
