//! What a process says of a database that it cannot work with, and when it can.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use coach_tests::{cluster::Server, free_port, until};
use sea_orm::ConnectionTrait as _;

use crate::coach::{command, folder, port};

/// `coach worker`, killed when dropped: it needs nothing but a database.
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
        let child = on(folder, url, port)
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

    /// Waits until the log holds all of this in one line.
    async fn says(&self, parts: &[&str]) {
        until(
            &format!("{parts:?} in {}", self.log.display()),
            async || {
                let log = self.log();
                let said = |line: &str| parts.iter().all(|part| line.contains(part));
                log.lines().any(said)
            },
        )
        .await;
    }

    /// Waits until readiness answers so, and returns what it says.
    async fn is_ready(&self, ready: bool) -> String {
        let url = format!("http://127.0.0.1:{}/health/ready", self.port);
        let client = reqwest::Client::new();
        let mut said = String::new();
        until(
            &format!("ready: {ready}, {}", self.log.display()),
            async || {
                let Ok(answer) = client.get(&url).send().await else {
                    return false;
                };
                let is_so = answer.status().is_success() == ready;
                said = answer.text().await.expect("a body");
                is_so
            },
        )
        .await;
        said
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn on(folder: &Path, url: &str, port: u16) -> Command {
    let mut command = command(folder, port);
    command.env("COACH_DATABASE_URL", url);
    // `coach dev` passes over what people have set for other work; these verbs are for it.
    for name in ["PGHOST", "PGPORT", "PGOPTIONS"] {
        command.env_remove(name);
    }
    command
}

/// What a verb says, which succeeds.
fn says(folder: &Path, url: &str, verb: &str) -> String {
    let output = on(folder, url, port()).arg(verb).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
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
        .says(&[
            "Postgres cannot be connected to",
            &server,
            "refused",
            "is Postgres running there",
        ])
        .await;
    let said = worker.is_ready(false).await;
    assert!(said.contains("\"database\":false"), "{said}");
    drop(worker);

    let server = Server::create(&folder.join("postgres")).await;
    let worker = Worker::start(&folder, &server.url("nowhere"));
    worker
        .says(&[
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
    worker.says(&["Postgres can be connected to again"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_version_are_told_of() {
    let folder = folder();
    let server = Server::create(&folder.join("postgres")).await;
    let url = server.url("postgres");
    let worker = Worker::start(&folder, &url);
    worker
        .says(&["the database is older than this version", "coach migrate"])
        .await;
    let said = worker.is_ready(false).await;
    assert!(
        said.contains("\"database\":true") && said.contains("\"schema\":false"),
        "{said}"
    );

    let said = says(&folder, &url, "migrate");
    assert!(
        said.contains("coach: migrated: 0001_catalogue_version, "),
        "{said}"
    );
    let said = says(&folder, &url, "migrate");
    assert_eq!(said, "coach: the database is up to date\n");
    worker.is_ready(true).await;
    worker.says(&["the database has all tables now"]).await;
    drop(worker);

    let pool = server.pool("postgres").await;
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('9999_future', 0)";
    pool.execute_unprepared(newer).await.expect("inserted");
    let said = says(&folder, &url, "migrate");
    assert!(
        said.contains("newer than this version: it has 9999_future"),
        "{said}"
    );
    let worker = Worker::start(&folder, &url);
    worker
        .says(&["the database is newer than this version", "9999_future"])
        .await;
    worker.is_ready(true).await;

    // Both at once is no version's doing.
    let older = "DELETE FROM seaql_migrations WHERE version = '0025_webhook_event'";
    pool.execute_unprepared(older).await.expect("deleted");
    let output = on(&folder, &url, port())
        .arg("migrate")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("a version of another line"),
        "{said}"
    );
    pool.close().await;
}
