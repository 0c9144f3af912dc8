//! Bad input: an error with a code each, nothing of our insides in any, memory
//! flat, and no more CPU than the app's first screen costs.

mod cases;

use std::fs;

use serde_json::Value;

use self::cases::{Case, cases, forged, harmless, query};
use crate::coach::{Dev, TODAY, alone, folder, port};

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

struct Asker<'a> {
    dev: &'a Dev,
    client: reqwest::blocking::Client,
    token: String,
}

impl Asker<'_> {
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

    /// CPU ticks of the gateway for all repetitions.
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
    let _alone = alone();
    let dev = Dev::start(&folder(), port());
    let client = reqwest::blocking::Client::builder()
        .timeout(coach_tests::PATIENCE)
        .build()
        .expect("a client");
    let asker = Asker {
        dev: &dev,
        client,
        token: dev.token(),
    };
    let today = query("Today", TODAY, &[]);
    let bad: Vec<_> = cases().into_iter().chain(forged(&asker.token)).collect();
    for case in &bad {
        let (status, text) = asker.send(case);
        let body: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{}: not JSON: {text}", case.name));
        // A batch that is refused whole says so to each of its operations.
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
        assert_masked(case.name, &text);
    }
    for case in harmless() {
        let (status, text) = asker.send(&case);
        assert!(
            status == 200 && !text.contains("errors"),
            "{}: {status} {text:.500}",
            case.name
        );
    }

    // Warm, then each in turn against Today of about the same moment.
    asker.cost(&today);
    let memory = resident_kilobytes(dev.pid());
    let mut table = String::new();
    let mut dear = Vec::new();
    for case in bad.into_iter().chain(harmless()) {
        let reference = asker.cost(&today);
        let cost = asker.cost(&case);
        table += &format!("{:>4} of {reference:>4} ticks  {}\n", cost, case.name);
        // A tick is 10 ms: two of them are what the reading itself is off by. What else the process does meanwhile counts
        // too, so what is dear is dear again.
        let is_dear = |cost, reference| cost > reference + 2;
        if is_dear(cost, reference)
            && (0..3).all(|_| {
                let reference = asker.cost(&today);
                is_dear(asker.cost(&case), reference)
            })
        {
            dear.push(case.name);
        }
    }
    println!("CPU of {REPETITIONS} repetitions, beside that of Today:\n{table}");
    assert!(dear.is_empty(), "dearer than Today: {dear:?}\n{table}");
    let grown = resident_kilobytes(dev.pid()).saturating_sub(memory);
    assert!(grown < 20_000, "memory grew by {grown} kB");
    let (status, _) = asker.send(&today);
    assert_eq!(status, 200, "it is alive");
}

/// Nothing of our insides is in an answer.
fn assert_masked(name: &str, text: &str) {
    for inside in [
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
        assert!(!text.contains(inside), "{name}: {inside} in {text:.500}");
    }
}
