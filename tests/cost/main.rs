//! What requests take, within committed budgets: the program `coach-cost` (`process/`) sends them to a gateway of its own
//! with a real Postgres, and counts.

mod budgets;

use std::{
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
};

use coach_tests::Postgres;

use crate::budgets::{Budgets, Figures};

static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-cost");
    Postgres::start(&home)
});

/// Among so many requests of a kind is one whose packets from Postgres arrived as well as they can. Each that arrives in
/// pieces costs some allocations.
const ROUNDS: &str = "50";

#[tokio::test]
async fn each_request_keeps_its_budget_of_allocations() {
    let url = SERVER.seeded().await;
    let program = Command::new(env!("CARGO_BIN_EXE_coach-cost"));
    let counted = run(program, &[&url, ROUNDS]);
    let mut least = Figures::new();
    for line in counted.lines() {
        let (name, count) = line.rsplit_once(' ').expect(line);
        let count = count.parse().expect(line);
        let known = least.entry(name.to_owned()).or_insert(count);
        *known = count.min(*known);
    }
    let unit = "allocations";
    Budgets { unit }.check(&least);
}

/// The output of a program with these arguments, and without the environment, in which there may be settings for other
/// databases.
fn run(mut program: Command, arguments: &[&str]) -> String {
    let output = program.args(arguments).env_clear().output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.expect("the program starts");
    let log = String::from_utf8_lossy(&stderr);
    let is_request = |line: &&str| line.contains(r#""log.level":"info""#);
    let log: Vec<_> = log.lines().filter(|line| !is_request(line)).collect();
    assert!(status.success(), "{status}: {log:#?}");
    String::from_utf8(stdout).expect("text")
}
