//! The series at `/metrics`: how many there are, and that they are those that are documented.

use std::fs;

use coach_tests::{member, operations, read_operation};
use serde_json::{Value, json};

use crate::coach::{Dev, TODAY, folder, port, share_machine};

const DOCUMENT: &str = include_str!("../../../docs/TELEMETRY.md");

/// The most series that an instance exposes.
const MAX_SERIES: usize = 1_000;

/// The heading of the metrics that every gateway has.
const GATEWAY: &str = "### Of every gateway\n";

/// Sends every operation of the app as a member, anonymously, and with variables that are not valid, and some that are
/// not the app's.
pub(super) fn use_everything(dev: &Dev) {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/operations"));
    let token = dev.token();
    let client = reqwest::blocking::Client::new();
    let send = |token: &str, query: &str, variables: &Value| {
        let request = client
            .post(format!("{}/graphql", dev.base))
            .json(&json!({ "query": query, "variables": variables }));
        let request = if token.is_empty() {
            request
        } else {
            request.bearer_auth(token)
        };
        let answer = request.send().expect("an answer");
        answer.json::<Value>().expect("JSON")
    };
    for file in files.expect("operations") {
        let query = fs::read_to_string(file.expect("a file").path()).expect("an operation");
        for token in [&*token, ""] {
            send(token, &query, &json!({}));
            // What the inputs of most mutations have in common.
            let key = json!({ "input": { "idempotencyKey": "1" }, "id": "x", "first": 3 });
            send(token, &query, &key);
        }
    }
    let lists = "{ recipes(first: 1) { nodes { id } } workouts(first: 1) { nodes { id } } }";
    let lists = send("", lists, &json!({}));
    let id = |list: &str| lists["data"][list]["nodes"][0]["id"].clone();
    for (name, variables, _) in operations(&id("recipes"), &id("workouts")) {
        send(&token, &read_operation(name), &variables);
    }
    for query in [
        TODAY,
        "{ recipes(first: 3) { nodes { isFavourite } } }",
        "{ nonsense }",
        "mutation { endPlan }",
    ] {
        send(&token, query, &json!({}));
        send("malformed", query, &json!({}));
    }
    for path in [
        "/",
        "/graphql",
        "/nowhere",
        "/live/status.json",
        "/unsubscribe",
    ] {
        let url = format!("{}{path}", dev.base);
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW",
        ] {
            let method = method.parse().expect("a method");
            client.request(method, &url).send().expect("an answer");
        }
    }
}

pub(super) fn scrape(dev: &Dev) -> String {
    let scraped = reqwest::blocking::get(format!("{}/metrics", dev.base));
    scraped.expect("an answer").text().expect("text")
}

#[test]
fn all_operations_and_errors_are_at_most_a_thousand_series() {
    let _lock = share_machine();
    let dev = Dev::start(&folder(), port());
    use_everything(&dev);
    let scraped = scrape(&dev);
    let series = scraped.lines().filter(|line| !line.starts_with('#'));
    let count = series.count();
    assert!(count <= MAX_SERIES, "{count} series:\n{scraped}");
    // Only clients that try all methods at all paths make more than there is room for.
    for line in scraped
        .lines()
        .filter(|line| line.contains("otel_metric_overflow"))
    {
        assert!(line.starts_with("http_server_request_duration"), "{line}");
    }
    for operation in ["Today", "SubmitCheckIn", "RedriveDeadLetters"] {
        let name = format!("graphql_operation_name=\"{operation}\"");
        assert!(scraped.contains(&name), "{operation}");
    }
    for metric in documented(GATEWAY) {
        let name = metric.replace('.', "_");
        assert!(
            scraped.contains(&name),
            "{metric} is documented, and not in\n{scraped}"
        );
    }
}

#[test]
fn every_metric_that_is_exposed_is_documented() {
    let _lock = share_machine();
    let dev = Dev::start(&folder(), port());
    use_everything(&dev);
    let scraped = scrape(&dev);
    let documented: Vec<_> = (documented("## Metrics\n").into_iter())
        .map(|metric| metric.replace('.', "_"))
        .collect();
    for line in scraped.lines().filter(|line| line.starts_with("# TYPE ")) {
        let name = line.split(' ').nth(2).expect("a name");
        let is_documented = (documented.iter()).any(|metric| name.starts_with(&**metric));
        assert!(is_documented || name == "target_info", "{name}");
    }
}

#[test]
fn a_change_is_counted_once_however_often_it_is_sent() {
    let _lock = share_machine();
    let dev = Dev::start(&folder(), port());
    let plans = || value(&scrape(&dev), "coach_plans_begun_total");
    // Both exist before anything has happened.
    assert_eq!(plans(), 0);
    assert_eq!(value(&scrape(&dev), "coach_check_ins_submitted_total"), 0);
    let token = dev.token_of(member::RAVI);
    for key in ["1", "1", "2"] {
        // The third finds an active plan, and changes nothing.
        let input = format!("{{ idempotencyKey: \"{key}\" }}");
        let query = format!("mutation {{ startPlan(input: {input}) {{ plan {{ id }} }} }}");
        assert_eq!(dev.graphql(&token, &query).0, 200);
    }
    assert_eq!(plans(), 1);
}

/// The value of a metric that has one series.
fn value(scraped: &str, metric: &str) -> u64 {
    let mut lines = scraped.lines();
    let line = lines.find(|line| line.starts_with(&format!("{metric}{{")));
    let value = line.and_then(|line| line.rsplit(' ').next());
    let value = value.unwrap_or_else(|| panic!("{metric}: {scraped}"));
    value.parse().expect("a number")
}

/// The names in the first column of the tables behind a heading, up to the next heading of the same level.
fn documented(heading: &str) -> Vec<String> {
    let (_, section) = DOCUMENT.split_once(heading).expect("a heading");
    let level = heading.split(' ').next().expect("a level");
    let end = section
        .find(&format!("\n{level} "))
        .unwrap_or(section.len());
    let rows = section[..end]
        .lines()
        .filter(|line| line.starts_with("| `"));
    let mut names = Vec::new();
    for row in rows {
        let cell = row.split('|').nth(1).expect("a cell");
        let mut whole = "";
        for name in cell.split('`').skip(1).step_by(2) {
            // `.max` behind `db.client.connection.count` replaces its last word.
            if name.starts_with('.') {
                let stem = whole.rsplit_once('.').expect("a name").0;
                names.push(format!("{stem}{name}"));
            } else {
                whole = name;
                names.push(name.to_owned());
            }
        }
    }
    assert!(!names.is_empty(), "{heading}");
    names
}
