//! Postgres stops while requests run, and starts again.

use std::{path::Path, time::Duration};

use coach_dev::{EmbeddedPostgres, Settings};
use coach_domain::database::{self, Options};
use coach_tests::until;
use serde_json::json;
use tokio::{task::spawn_blocking, time::sleep};

use crate::harness::{TestApp, member, noon, read_operation};

async fn server() -> EmbeddedPostgres {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-the-outage");
    let settings = Settings {
        durable: false,
        ..Settings::new(home)
    };
    let start = move || EmbeddedPostgres::start(&settings, &mut |_| {});
    spawn_blocking(start)
        .await
        .expect("joined")
        .expect("a Postgres")
}

async fn status(test: &TestApp, path: &str) -> u16 {
    let response = test.client.get(format!("{}{path}", test.base)).send().await;
    response.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_reported_and_ends_without_a_restart() {
    let postgres = server().await;
    coach_gateway::database::create(&postgres.url("postgres"), "outage")
        .await
        .expect("a database");
    let url = postgres.url("outage");
    // On a busy machine connecting is slow.
    let long_timeout = Options {
        acquire_timeout: Duration::from_secs(10),
        ..Options::default()
    };
    let pool = database::connect(&url, &long_timeout)
        .await
        .expect("a connection");
    coach_gateway::app::migrate(&pool)
        .await
        .expect("the migrations run");
    coach_content::seed::seed(&pool, &*noon())
        .await
        .expect("the seed goes in");
    pool.close().await;

    let test = TestApp::with_database(url).await;
    test.graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await
        .data();
    assert_eq!(status(&test, "/health/ready").await, 200);

    // It stops while requests run: each succeeds, or has an error code.
    let stopping = spawn_blocking(|| postgres.stop());
    for _ in 0..40 {
        let answer = test
            .graphql(member::MAYA, &read_operation("Today"), json!({}))
            .await;
        let codes = answer.codes();
        assert!(
            codes
                .iter()
                .all(|code| ["SERVICE_UNAVAILABLE", "TIMEOUT"].contains(code)),
            "{answer:#?}"
        );
        sleep(Duration::from_millis(10)).await;
    }
    stopping.await.expect("joined").expect("stopped");

    let answer = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    assert_eq!(answer.codes(), ["SERVICE_UNAVAILABLE"], "{answer:#?}");
    assert_eq!(status(&test, "/health/ready").await, 503);
    assert_eq!(status(&test, "/health/live").await, 200);
    // The catalogue is in memory, and needs no database.
    let recipe = test
        .graphql("", "{ recipe(id: \"x\") { id } __typename }", json!({}))
        .await;
    assert_eq!(recipe.status, 200);

    let _again = server().await;
    until("ready again", async || {
        status(&test, "/health/ready").await == 200
    })
    .await;
    // Broken connections in the pool are detected when they are used.
    until("an answer", async || {
        let answer = test
            .graphql(member::MAYA, &read_operation("Today"), json!({}))
            .await;
        answer.codes().is_empty()
    })
    .await;
    // Before its Postgres, since dropping the app reads the outbox.
    drop(test);
}
