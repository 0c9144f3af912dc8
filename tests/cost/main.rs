//! What requests take, within committed budgets: the program `coach-cost` (`process/`) sends them to a gateway of its own
//! with a real Postgres, and counts.

mod budgets;
mod callgrind;

use std::{
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
};

use coach_tests::{Postgres, folder};

static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-cost");
    Postgres::start(&home)
});

const PROGRAM: &str = env!("CARGO_BIN_EXE_coach-cost");

#[tokio::test]
async fn each_request_keeps_its_budget_of_allocations() {
    let checked = budgets::check("allocations", async || {
        let url = SERVER.seeded().await;
        let counted = run(Command::new(PROGRAM), &[&url, "count", "20"]);
        let counted = counted.lines().map(|line| {
            let (name, count) = line.rsplit_once(' ').expect(line);
            (name.to_owned(), count.parse().expect(line))
        });
        counted.collect()
    });
    checked.await;
}

#[tokio::test]
#[cfg_attr(without_valgrind, ignore = "there is no valgrind")]
async fn each_request_keeps_its_budget_of_instructions() {
    let checked = budgets::check("instructions", async || {
        let url = SERVER.seeded().await;
        let folder = folder();
        let file = folder.join("callgrind");
        let valgrind = callgrind::command(PROGRAM, "coach_cost::gateway::answer_counted", &file);
        let counted = run(valgrind, &[&url, "count", "4"]);
        let name = |line: &str| line.rsplit_once(' ').expect("a count").0.to_owned();
        let names: Vec<_> = counted.lines().map(name).collect();
        let counts = callgrind::read(&file);
        assert_eq!(names.len(), counts.len());
        names.into_iter().zip(counts).collect()
    });
    checked.await;
}

/// 10,000 documents take half a minute; `DOCUMENTS` asks for more.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "only set by developers")]
async fn documents_that_come_once_take_no_memory_and_no_place_in_the_cache() {
    let url = SERVER.seeded().await;
    let documents = std::env::var("DOCUMENTS").unwrap_or_else(|_| "10000".to_owned());
    let printed = run(Command::new(PROGRAM), &[&url, "flood", &documents]);
    let figure = |name: &str| -> i64 {
        let line = printed.lines().find_map(|line| line.strip_prefix(name));
        line.expect(name).trim().parse().expect(&printed)
    };
    // Documents in the cache differ in size a little, and so do those that replace them.
    assert!(
        figure("bytes later") < figure("bytes first") / 20,
        "{printed}"
    );
    let (hits, misses) = (figure("hits"), figure("misses"));
    assert!(hits > 99 * misses, "{printed}");
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
