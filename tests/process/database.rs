//! What a process logs about a database that it cannot use, and when it can use it again.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use coach_tests::{cluster::Server, free_port, until};
use sea_orm::ConnectionTrait as _;

use crate::coach::{command, folder, port};

/// A running `coach worker`, which needs nothing but a database and is killed when it is dropped.
struct Worker {
    child: Child,
    port: u16,
    log: std::path::PathBuf,
}

impl Worker {
    fn start(folder: &Path, url: &str) -> Self {
        let port = port();
        let log = folder.join(format!("worker-{port}.log"));
        let file = fs::File::create(&log).expect("a log");
        let child = database_command(folder, url, port)
            .arg("worker")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the binary starts");
        Self { child, port, log }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log")
    }

    /// Waits until a line of the log contains all these parts.
    async fn wait_for_log(&self, parts: &[&str]) {
        until(
            &format!("{parts:?} in {}", self.log.display()),
            async || {
                let log = self.log();
                let matches = |line: &str| parts.iter().all(|part| line.contains(part));
                log.lines().any(matches)
            },
        )
        .await;
    }

    /// Waits until the readiness check has this result, and returns its body.
    async fn wait_for_readiness(&self, ready: bool) -> String {
        let url = format!("http://127.0.0.1:{}/health/ready", self.port);
        let client = reqwest::Client::new();
        let mut body = String::new();
        until(
            &format!("ready: {ready}, {}", self.log.display()),
            async || {
                let Ok(answer) = client.get(&url).send().await else {
                    return false;
                };
                let matches = answer.status().is_success() == ready;
                body = answer.text().await.expect("a body");
                matches
            },
        )
        .await;
        body
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn database_command(folder: &Path, url: &str, port: u16) -> Command {
    let mut command = command(folder, port);
    command.env("COACH_DATABASE_URL", url);
    // `coach dev` ignores these variables, but the commands tested here use them.
    for name in ["PGHOST", "PGPORT", "PGOPTIONS"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command, which must succeed, and returns its standard error.
fn run_successfully(folder: &Path, url: &str, verb: &str) -> String {
    let output = database_command(folder, url, port())
        .arg(verb)
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn why_there_is_no_connection_is_said_with_what_to_do() {
    let folder = folder();
    let nowhere = free_port();
    let worker = Worker::start(
        &folder,
        &format!("postgres://coach@127.0.0.1:{nowhere}/coach"),
    );
    let server = format!("127.0.0.1:{nowhere}");
    worker
        .wait_for_log(&[
            "Postgres cannot be connected to",
            &server,
            "refused",
            "is Postgres running there",
        ])
        .await;
    let text = worker.wait_for_readiness(false).await;
    assert!(text.contains("\"database\":false"), "{text}");
    drop(worker);

    let server = Server::create(&folder.join("postgres")).await;
    let worker = Worker::start(&folder, &server.url("nowhere"));
    worker
        .wait_for_log(&[
            "Postgres cannot be connected to",
            "does not exist",
            "create the database",
        ])
        .await;
    let pool = server.pool("postgres").await;
    pool.execute_unprepared("CREATE DATABASE nowhere")
        .await
        .expect("created");
    pool.close().await;
    worker
        .wait_for_log(&["Postgres can be connected to again"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_version_are_reported() {
    let folder = folder();
    let server = Server::create(&folder.join("postgres")).await;
    let url = server.url("postgres");
    let worker = Worker::start(&folder, &url);
    worker
        .wait_for_log(&["the database is older than this version", "coach migrate"])
        .await;
    let text = worker.wait_for_readiness(false).await;
    assert!(
        text.contains("\"database\":true") && text.contains("\"schema\":false"),
        "{text}"
    );

    let text = run_successfully(&folder, &url, "migrate");
    assert!(
        text.contains("coach: migrated: 0001_catalogue_version, "),
        "{text}"
    );
    let text = run_successfully(&folder, &url, "migrate");
    assert_eq!(text, "coach: the database is up to date\n");
    worker.wait_for_readiness(true).await;
    worker
        .wait_for_log(&["the database has all tables now"])
        .await;
    drop(worker);

    let pool = server.pool("postgres").await;
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('9999_future', 0)";
    pool.execute_unprepared(newer).await.expect("inserted");
    let text = run_successfully(&folder, &url, "migrate");
    assert!(
        text.contains("newer than this version: it has 9999_future"),
        "{text}"
    );
    let worker = Worker::start(&folder, &url);
    worker
        .wait_for_log(&["the database is newer than this version", "9999_future"])
        .await;
    worker.wait_for_readiness(true).await;

    // A database that lacks a migration and has an unknown one belongs to another branch.
    let older = "DELETE FROM seaql_migrations WHERE version = '0025_webhook_event'";
    pool.execute_unprepared(older).await.expect("deleted");
    let output = database_command(&folder, &url, port())
        .arg("migrate")
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && text.contains("a version of another line"),
        "{text}"
    );
    pool.close().await;
}
