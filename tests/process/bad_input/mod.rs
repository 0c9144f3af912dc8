//! Invalid requests: each has an error code, reveals no internals, leaks no memory, and takes no more CPU time than the
//! operation `Today`.

mod cases;

use std::fs;

use serde_json::Value;

use self::cases::{Case, cases, harmless, invalid_tokens, query};
use crate::coach::{Dev, TODAY, folder, own_machine, port};

const REPETITIONS: u32 = 100;

/// User and system time of a process, in clock ticks.
fn cpu(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("its figures");
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .expect("a name")
        .1
        .split_whitespace()
        .collect();
    fields[11].parse::<u64>().expect("ticks") + fields[12].parse::<u64>().expect("ticks")
}

fn resident_kilobytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("its figures");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("VmRSS");
    line.split_whitespace()
        .nth(1)
        .expect("a figure")
        .parse()
        .expect("kilobytes")
}

struct GraphqlClient<'a> {
    dev: &'a Dev,
    client: reqwest::blocking::Client,
    token: String,
}

impl GraphqlClient<'_> {
    fn send(&self, case: &Case) -> (u16, String) {
        let request = self
            .client
            .post(format!("{}/graphql", self.dev.base))
            .bearer_auth(case.token.as_ref().unwrap_or(&self.token));
        let request = request
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(case.body.clone());
        let response = request
            .send()
            .unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        (response.status().as_u16(), response.text().expect("text"))
    }

    /// The CPU time of the gateway for all repetitions, in clock ticks.
    fn cost(&self, case: &Case) -> u64 {
        let before = cpu(self.dev.pid());
        for _ in 0..REPETITIONS {
            self.send(case);
        }
        cpu(self.dev.pid()) - before
    }
}

#[test]
fn bad_input_is_refused_cheaply() {
    let _lock = own_machine();
    let dev = Dev::start(&folder(), port());
    let client = reqwest::blocking::Client::builder()
        .timeout(coach_tests::WAIT_TIMEOUT)
        .build()
        .expect("a client");
    let client = GraphqlClient {
        dev: &dev,
        client,
        token: dev.token(),
    };
    let today = query("Today", TODAY, &[]);
    let bad: Vec<_> = cases()
        .into_iter()
        .chain(invalid_tokens(&client.token))
        .collect();
    for case in &bad {
        let (status, text) = client.send(case);
        let body: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{}: not JSON: {text}", case.name));
        // A rejected batch has an error for each of its operations.
        let first = if body.is_array() { &body[0] } else { &body };
        let errors = first["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: no errors in {text:.500}", case.name));
        let codes = errors
            .iter()
            .map(|error| error["extensions"]["code"].as_str().unwrap_or("none"));
        for code in codes {
            assert!(
                case.codes.contains(&code),
                "{}: {code} in {text:.500}",
                case.name
            );
        }
        let executed = body
            .get("data")
            .is_some_and(|data| !data.is_null() || matches!(status, 200 | 294));
        assert!(
            (400..500).contains(&status) || executed,
            "{}: {status} {text:.500}",
            case.name
        );
        assert_no_internals(case.name, &text);
    }
    for case in harmless() {
        let (status, text) = client.send(&case);
        assert!(
            status == 200 && !text.contains("errors"),
            "{}: {status} {text:.500}",
            case.name
        );
    }

    // After a warm-up, each case is compared with `Today`, measured just before it.
    client.cost(&today);
    let memory = resident_kilobytes(dev.pid());
    let mut table = String::new();
    let mut expensive = Vec::new();
    for case in bad.into_iter().chain(harmless()) {
        let reference = client.cost(&today);
        let cost = client.cost(&case);
        table += &format!("{:>4} of {reference:>4} ticks  {}\n", cost, case.name);
        // A tick is 10 ms, and two of them are the error of measurement. Other work of the process is measured too, so
        // a case only counts as expensive if it is so repeatedly.
        let is_expensive = |cost, reference| cost > reference + 2;
        if is_expensive(cost, reference)
            && (0..3).all(|_| {
                let reference = client.cost(&today);
                is_expensive(client.cost(&case), reference)
            })
        {
            expensive.push(case.name);
        }
    }
    println!("CPU of {REPETITIONS} repetitions, beside that of Today:\n{table}");
    assert!(
        expensive.is_empty(),
        "dearer than Today: {expensive:?}\n{table}"
    );
    let grown = resident_kilobytes(dev.pid()).saturating_sub(memory);
    assert!(grown < 20_000, "memory grew by {grown} kB");
    let (status, _) = client.send(&today);
    assert_eq!(status, 200, "it is alive");
}

/// Fails if a response reveals internals.
fn assert_no_internals(name: &str, text: &str) {
    for internal in [
        "SELECT",
        "select \"",
        "sqlx",
        "sea_orm",
        "panicked",
        ".rs:",
        "stack backtrace",
        "serde",
        "postgres:",
    ] {
        assert!(
            !text.contains(internal),
            "{name}: {internal} in {text:.500}"
        );
    }
}
