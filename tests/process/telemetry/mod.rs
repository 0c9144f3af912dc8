//! The telemetry of a request: one trace, one log line, and metrics.

mod grpc;
mod monitored;
mod series;
mod work;

use std::collections::HashMap;

use coach_tests::wait_for;
use hex::encode as hex;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value;

use crate::{
    coach::{Dev, TODAY, assert_no_personal_data, command, folder, port, run, share_machine},
    collector::{Collector, attributes},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn start(collector: &Collector) -> Dev {
    start_with(collector, "http/protobuf")
}

fn start_with(collector: &Collector, protocol: &str) -> Dev {
    let (folder, port) = (folder(), port());
    let mut command = command(&folder, port);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_BSP_SCHEDULE_DELAY", "100")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "500");
    Dev::start_as(command, &folder, port)
}

/// Runs the operation `Today` as part of a trace of the caller, and returns the request id.
fn request_today(dev: &Dev) -> String {
    request_today_with_parent(dev, &format!("00-{TRACE}-{CALLER}-01"))
}

fn request_today_with_parent(dev: &Dev, traceparent: &str) -> String {
    let answer = reqwest::blocking::Client::new()
        .post(format!("{}/graphql", dev.base))
        .header("traceparent", traceparent)
        .bearer_auth(dev.token())
        .json(&serde_json::json!({ "query": TODAY }))
        .send()
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["x-request-id"].to_str().expect("text");
    id.to_owned()
}

fn line(dev: &Dev, request: &str) -> Value {
    // The line is written after the response, and read by another thread.
    let line = || {
        let log = dev.log.lock().expect("text").clone();
        let lines: Vec<_> = log.lines().filter(|line| line.contains(request)).collect();
        assert!(lines.len() <= 1, "one line for a request: {lines:?}");
        lines.first().map(|line| (*line).to_owned())
    };
    let line = wait_for(line, || "a line for a request".to_owned());
    serde_json::from_str(&line).expect("JSON")
}

#[test]
fn one_trace_holds_request_operation_batches_and_statements() {
    let _lock = share_machine();
    let collector = Collector::start();
    let dev = start(&collector);
    let request = request_today(&dev);

    // The root span ends last.
    let spans = collector.wait_for_trace(TRACE, |spans| {
        spans.iter().any(|span| hex(&span.parent_span_id) == CALLER)
    });
    let by_id: HashMap<_, _> = spans
        .iter()
        .map(|span| (hex(&span.span_id), span))
        .collect();
    let parent = |span: &Span| by_id.get(&hex(&span.parent_span_id)).copied();
    let line = line(&dev, &request);

    let root = spans
        .iter()
        .find(|span| parent(span).is_none())
        .expect("a root");
    assert_eq!((root.name.as_str(), root.kind), ("POST /graphql", 2));
    assert_eq!(attributes(root)["http.response.status_code"], "200");
    assert_eq!(line["trace.id"], TRACE);
    assert_eq!(line["span.id"], hex(&root.span_id));

    let operations = spans.iter().filter(|span| span.name == "query Today");
    let operations: Vec<_> = operations.collect();
    assert_eq!(operations.len(), 1);
    let operation = operations[0];
    assert_eq!(hex(&operation.parent_span_id), hex(&root.span_id));
    assert_eq!(operation.kind, 2);
    assert_eq!(attributes(operation)["graphql.operation.name"], "Today");

    let batch = |span: &&Span| attributes(span).contains_key("coach.batch.size");
    let batches: Vec<_> = spans.iter().filter(batch).collect();
    let favourites = batches
        .iter()
        .find(|span| span.name == "Recipe.isFavourite");
    let favourites = favourites.expect("a batch of the day's recipes");
    let size: usize = attributes(favourites)["coach.batch.size"]
        .parse()
        .expect("a number");
    assert!(size > 1, "{size}");
    assert!(batches.iter().all(|batch| parent(batch).is_some()));

    let statement = |span: &&Span| attributes(span).contains_key("db.query.text");
    let statements: Vec<_> = spans.iter().filter(statement).collect();
    assert_eq!(line["db.statements"], statements.len());
    for statement in &statements {
        let outer = parent(statement).expect("a parent");
        assert!(batch(&outer) || outer.name == "query Today", "{outer:#?}");
        assert!(statement.name.starts_with("SELECT "), "{}", statement.name);
        assert_eq!(attributes(statement)["db.system.name"], "postgresql");
    }
    // The favourites are loaded with the day, by the second statement, so their batch has none.
    assert_eq!(statements.len(), 2);
    let mut parents = statements.iter().map(|it| &it.parent_span_id);
    assert!(!parents.any(|parent| *parent == favourites.span_id));
    assert_eq!(
        spans.len(),
        2 + batches.len() + statements.len(),
        "{spans:#?}"
    );
    assert!(collector.services().iter().all(|name| name == "coach"));
    assert_no_personal_data(&collector.text());
}

#[test]
fn a_malformed_parent_begins_a_trace_of_its_own() {
    let _lock = share_machine();
    let collector = Collector::start();
    let dev = start(&collector);
    let mut seen = Vec::new();
    for malformed in [
        format!("00-1-{CALLER}-01"),
        format!("00-{}-{CALLER}-01", &TRACE[1..]),
        format!("00-+{}-{CALLER}-01", &TRACE[1..]),
        format!("00-{TRACE}-{CALLER}-001"),
        format!("00-{TRACE}-{CALLER}-01-more"),
    ] {
        let line = line(&dev, &request_today_with_parent(&dev, &malformed));
        let trace = line["trace.id"].as_str().expect("a trace").to_owned();
        assert!(!trace.ends_with(&TRACE[1..]), "{malformed}: {line}");
        assert!(!trace.starts_with("0000000000"), "{malformed}: {line}");
        assert!(!seen.contains(&trace), "{malformed}: {line}");
        seen.push(trace);
    }
}

#[test]
fn a_request_is_one_line_and_counted() {
    let _lock = share_machine();
    let collector = Collector::start();
    let dev = start(&collector);
    let line = line(&dev, &request_today(&dev));
    assert_eq!(line["graphql.operation.name"], "Today");
    assert_eq!(line["http.response.status_code"], 200);
    for number in ["graphql.cost", "db.statements", "event.duration"] {
        assert!(
            line[number].as_u64().is_some_and(|it| it > 0),
            "{number}: {line}"
        );
    }
    let (status, answer) = dev.graphql("", "{ one: me { id } other: me { id } }");
    assert_eq!(status, 294);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(2));
    let has_code = || {
        let log = dev.log.lock().expect("text");
        log.contains(r#""error.type":"UNAUTHENTICATED""#)
            .then_some(())
    };
    wait_for(has_code, || "the line has the code, once".to_owned());
    dev.graphql("", "query Made_Up { recipes(first: 1) { nodes { id } } }");

    let client = reqwest::blocking::Client::new();
    let answer = client
        .get(format!("{}/metrics", dev.base))
        .send()
        .expect("an answer");
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .expect("text")
            .starts_with("text/plain")
    );
    let exposed = answer.text().expect("text");
    for series in [
        r#"http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="200",http_route="/graphql""#,
        r#"coach_graphql_operation_duration_seconds_count{graphql_operation_name="Today",graphql_operation_type="query""#,
        r#"coach_graphql_operation_duration_seconds_count{graphql_operation_name="_OTHER",graphql_operation_type="query""#,
        r#"coach_graphql_cost_total{graphql_operation_name="Today""#,
        r#"coach_document_cache_total{coach_outcome="miss""#,
        r#"coach_batch_size_count{coach_batch_field="Recipe.isFavourite""#,
        r#"db_client_operation_duration_seconds_count{db_operation_name="SELECT",db_system_name="postgresql""#,
        r#"db_client_connection_count{db_client_connection_pool_name="primary",db_client_connection_state="idle""#,
        r#"db_client_connection_max{db_client_connection_pool_name="primary""#,
        r#"db_client_connection_wait_time_seconds_count{db_client_connection_pool_name="primary""#,
        r#"db_client_connection_timeouts_total{db_client_connection_pool_name="primary""#,
        r#"coach_token_cache_total{coach_outcome="miss""#,
        r#"coach_build_info{coach_deployment="",coach_version=""#,
    ] {
        assert!(exposed.contains(series), "{series}\n{exposed}");
    }
    let failed = r#"coach_graphql_errors_total{error_type="UNAUTHENTICATED",graphql_operation_name="_OTHER""#;
    let failed = exposed.lines().find(|line| line.starts_with(failed));
    let failed = failed.expect("the answer with errors is counted");
    assert!(failed.ends_with(" 1"), "two errors of one code: {failed}");
    assert!(!exposed.contains("Made_Up"), "clients do not choose labels");

    // The metrics are also exported by OTLP.
    collector.wait_for_metric("coach.batch.size");
}

#[test]
fn a_protocol_that_we_do_not_speak_is_refused_at_the_start() {
    let folder = folder();
    let mut dev = command(&folder, port());
    dev.arg("dev")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    let (status, output) = run(dev);
    assert!(!status.success());
    assert!(
        output.contains("OTEL_EXPORTER_OTLP_PROTOCOL") && output.contains("http/protobuf"),
        "{output}"
    );
}
