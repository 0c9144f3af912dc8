//! `coach catalogue import`, including when it is killed.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use serde_json::json;

use crate::coach::{Dev, command, folder, port, run, share_machine};

/// The number of exercises, large enough for an import to be killed in the middle.
const EXERCISES: usize = 300;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/tests/catalogue")
}

/// The folder of the real catalogue, if `COACH_CATALOGUE_DIR` is set.
#[expect(
    clippy::disallowed_methods,
    reason = "it is a setting of these tests, not of the gateway"
)]
fn real_catalogue() -> Option<PathBuf> {
    std::env::var_os("COACH_CATALOGUE_DIR").map(PathBuf::from)
}

fn import(folder: &Path, port: u16, what: &str, from: &Path) -> Command {
    let mut command = command(folder, port);
    // It would be used if it were set.
    command.env_remove("DATABASE_URL");
    command.args(["catalogue", "import", what]).arg(from);
    command
}

/// One value of the database of `coach dev`, as text.
fn value(folder: &Path, sql: &str) -> Option<String> {
    let url = coach_dev::running_url(&folder.join("home"), "coach").expect("coach dev runs");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::connect(url).await.expect("a connection");
        let sql = format!("SELECT ({sql})::text");
        let row = database.query_one_raw(Statement::from_string(DbBackend::Postgres, sql));
        let row = row.await.expect("a statement").expect("a row");
        row.try_get_by_index(0).expect("a text")
    })
}

/// A digest of all exercises, recipes and their parts, independent of the order in which they were written.
fn digest(folder: &Path) -> String {
    let tables = ["exercise", "recipe", "recipe_ingredient", "recipe_step"];
    let sums = tables.map(|table| {
        format!("(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t)")
    });
    value(folder, &sums.join(" || ")).expect("a sum")
}

fn imported_count(folder: &Path, table: &str) -> usize {
    let sql = format!("SELECT count(*) FROM {table} WHERE slug LIKE 'import/%'");
    value(folder, &sql)
        .and_then(|count| count.parse().ok())
        .expect("a number")
}

/// Writes a file with [`EXERCISES`] exercises.
fn write_exercises(folder: &Path) -> PathBuf {
    let exercise = |number: usize| {
        json!({
            "id": format!("Exercise_{number}"), "name": format!("Exercise {number}"), "level": "beginner",
            "equipment": "barbell", "primaryMuscles": ["chest"], "secondaryMuscles": ["triceps"],
            "instructions": ["Lift it.", "Put it down."], "category": "strength", "images": [],
            "force": "push", "mechanic": "compound",
        })
    };
    let file = folder.join("exercises.json");
    let all: Vec<_> = (0..EXERCISES).map(exercise).collect();
    fs::write(&file, serde_json::to_vec(&all).expect("JSON")).expect("written");
    file
}

fn succeed(command: Command) -> String {
    let (status, output) = run(command);
    assert!(status.success(), "{output}");
    output
}

/// Runs an import that is killed when it has imported this number of items.
fn kill_at(mut command: Command, count: usize) {
    let point = format!("after-import:{count}");
    command.env("COACH_KILL_AT", point);
    let (status, output) = run(command);
    assert_eq!(status.signal(), Some(9), "{output}");
}

#[test]
fn killed_half_way_and_run_again_it_ends_the_same() {
    let _lock = share_machine();
    let (killed, undisturbed) = (folder(), folder());
    let file = real_catalogue().map_or_else(
        || write_exercises(&killed),
        |folder| folder.join("exercises.json"),
    );
    let dev = Dev::start(&killed, port());
    let again = || import(&killed, dev.port, "exercises", &file);

    kill_at(again(), 100);
    let taken = imported_count(&killed, "exercise");
    let output = succeed(again());
    let all = imported_count(&killed, "exercise");
    assert!(taken >= 100 && taken < all, "{taken} of {all}");
    assert!(
        output.contains(&format!(
            "{all} exercises taken ({} new, 0 changed, {taken} unchanged), 0 refused",
            all - taken
        )),
        "{output}"
    );

    let recipes = real_catalogue().unwrap_or_else(samples).join("recipes");
    if real_catalogue().is_some() {
        kill_at(import(&killed, dev.port, "recipes", &recipes), 100);
    }
    succeed(import(&killed, dev.port, "recipes", &recipes));
    let there = digest(&killed);
    drop(dev);

    let dev = Dev::start(&undisturbed, port());
    succeed(import(&undisturbed, dev.port, "exercises", &file));
    succeed(import(&undisturbed, dev.port, "recipes", &recipes));
    assert_eq!(digest(&undisturbed), there);
}

#[test]
fn what_is_refused_is_listed_and_fails_only_when_that_is_asked() {
    let _lock = share_machine();
    let folder = folder();
    let dev = Dev::start(&folder, port());
    let from = samples().join("broken-exercises.json");

    let mut dry = import(&folder, dev.port, "exercises", &from);
    dry.arg("--dry-run");
    let output = succeed(dry);
    assert!(
        output.contains(
            "2 exercises taken (2 new, 0 changed, 0 unchanged), 17 refused; this was a dry run"
        ),
        "{output}"
    );
    assert_eq!(imported_count(&folder, "exercise"), 0);

    let output = succeed(import(&folder, dev.port, "exercises", &from));
    let refused = "refused: exercise 5 (Without_name): it has no `name`\n";
    assert!(output.contains(refused), "{output}");
    assert!(output.contains("the `coach dev` that runs in"), "{output}");
    assert_eq!(imported_count(&folder, "exercise"), 2);

    let mut strict = import(&folder, dev.port, "exercises", &from);
    strict.arg("--strict");
    let (status, output) = run(strict);
    assert_eq!(status.code(), Some(1), "{output}");
    assert!(
        output.contains("2 exercises taken (0 new, 0 changed, 2 unchanged), 17 refused\n"),
        "{output}"
    );
    assert!(
        output.contains("coach: 17 of 19 exercises are refused, which --strict makes a failure"),
        "{output}"
    );
    let mut strict = import(&folder, dev.port, "recipes", &samples().join("recipes"));
    strict.arg("--strict");
    succeed(strict);
}

#[test]
fn what_is_missing_is_reported_with_what_mends_it() {
    let _lock = share_machine();
    let folder = folder();
    let recipes = samples().join("recipes");
    let port = port();
    let fail = |command, expected: &[&str]| {
        let (status, output) = run(command);
        assert_eq!(status.code(), Some(1), "{output}");
        for part in expected {
            assert!(output.contains(part), "{part} is not in\n{output}");
        }
    };
    let nowhere = folder.join("nowhere");
    fail(
        import(&folder, port, "recipes", &nowhere),
        &["nowhere: there is no such file or folder"],
    );
    fail(
        import(&folder, port, "exercises", &recipes),
        &["recipes: it is not a regular file"],
    );
    fail(
        import(&folder, port, "recipes", &samples().join("exercises.json")),
        &["it is not a folder"],
    );
    // Without a database.
    fail(
        import(&folder, port, "recipes", &recipes),
        &["COACH_DATABASE_URL", "coach dev", "COACH_HOME="],
    );
    let mut unreachable = import(&folder, port, "recipes", &recipes);
    unreachable.env(
        "COACH_DATABASE_URL",
        "postgres://me:secret@127.0.0.1:1/none?sslmode=disable",
    );
    fail(
        unreachable,
        &[
            "Connection refused",
            "the database URL",
            "me:***@127.0.0.1:1",
        ],
    );

    // A database without tables, or with those of an older version.
    let _dev = Dev::start(&folder, port);
    value(&folder, "SELECT version()").expect("it runs");
    let url = coach_dev::running_url(&folder.join("home"), "postgres").expect("coach dev runs");
    let mut empty = import(&folder, port, "recipes", &recipes);
    empty.env("COACH_DATABASE_URL", url);
    fail(empty, &["run `coach migrate` first"]);
}

#[test]
fn a_list_comes_through_standard_input_and_pipes_too() {
    let _lock = share_machine();
    let folder = folder();
    let dev = Dev::start(&folder, port());
    let file = samples().join("exercises.json");
    let piped = || {
        let mut cat = Command::new("cat");
        let cat = cat.arg(&file).stdout(Stdio::piped()).spawn();
        Stdio::from(cat.expect("cat").stdout.expect("a pipe"))
    };
    let from = |path: &str, stdin: Stdio| {
        let mut command = import(&folder, dev.port, "exercises", Path::new(path));
        command.stdin(stdin);
        succeed(command)
    };
    let output = from("-", piped());
    assert!(output.contains("5 exercises taken (5 new,"), "{output}");
    let again = "5 exercises taken (0 new, 0 changed, 5 unchanged), 0 refused";
    for path in ["-", "/dev/stdin"] {
        let output = from(path, piped());
        assert!(output.contains(again), "{path}: {output}");
        let stdin = fs::File::open(&file).expect("a file");
        let output = from(path, stdin.into());
        assert!(output.contains(again), "{path}: {output}");
    }
    // Errors name standard input.
    let mut empty = import(&folder, dev.port, "exercises", Path::new("-"));
    empty.stdin(Stdio::null());
    let (status, output) = run(empty);
    assert_eq!(status.code(), Some(1), "{output}");
    assert!(
        output.contains("standard input: it is not JSON"),
        "{output}"
    );
    let mut recipes = import(&folder, dev.port, "recipes", Path::new("-"));
    recipes.stdin(piped());
    let (status, output) = run(recipes);
    assert_eq!(status.code(), Some(1), "{output}");
    assert!(
        output.contains("standard input: it is not a folder"),
        "{output}"
    );
}
