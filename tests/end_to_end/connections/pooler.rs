//! The gateway behind `PgBouncer`.

use coach_domain::Error;
use coach_tests::{
    PgBouncer,
    cluster::{self, Server},
};
use futures_util::future::join_all;
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use super::{readiness, seed, today};
use crate::{
    harness::{TestApp, member},
    writes::change,
};

async fn works_with_pool_mode(mode: &str) {
    let home = coach_tests::folder();
    let server = Server::create(&home.join("data")).await;
    seed(&server).await;
    let pooler = PgBouncer::start(
        &home.join("pooler"),
        "127.0.0.1",
        server.address.port(),
        mode,
    )
    .await;
    let url = cluster::url(pooler.address, "postgres");
    let test = TestApp::with_database_and_env(url, &[("COACH_DATABASE_POOL_MODE", mode)]).await;
    assert_eq!(readiness(&test).await, 200);
    for _ in 0..4 {
        let reads = (0..50).map(|_| today(&test));
        for codes in join_all(reads).await {
            assert!(codes.is_empty(), "{codes:?}");
        }
    }
    let changes = (0..20).map(|number| {
        let input = json!({
            "idempotencyKey": format!("pooled-{number}"),
            "consents": [{ "purpose": "PARTNER_SHARING", "granted": number % 2 == 0 }],
        });
        change(&test, member::MAYA, "UpdateConsents", input)
    });
    for answer in join_all(changes).await {
        assert!(answer.codes().is_empty(), "{answer:#?}");
    }
    // Statements have their timeout there too.
    let slow = test.pool.execute_unprepared("SELECT pg_sleep(60)").await;
    let slow = Error::from(slow.expect_err("too slow"));
    assert!(matches!(slow, Error::Timeout(_)), "{slow:?}");
    test.take_outbox().await;
}

#[cfg_attr(without_pgbouncer, ignore = "there is no PgBouncer (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn that_keeps_sessions() {
    works_with_pool_mode("session").await;
}

#[cfg_attr(without_pgbouncer, ignore = "there is no PgBouncer (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn that_keeps_only_transactions() {
    works_with_pool_mode("transaction").await;
}
