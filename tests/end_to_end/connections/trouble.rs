//! Settings of the Postgres server and its roles that make statements fail.

use coach_domain::database::{self, Options};
use coach_tests::{cluster::Server, until};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement, TransactionTrait as _};
use serde_json::{Value, json};

use super::{readiness, seed, today, warm};
use crate::{
    harness::{TestApp, member},
    writes::change,
};

fn consent(key: &str) -> Value {
    json!({ "idempotencyKey": key, "consents": [{ "purpose": "PARTNER_SHARING", "granted": true }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_has_a_code_or_none() {
    let home = coach_tests::folder();
    let server = Server::create(&home.join("data")).await;
    seed(&server).await;
    let pool = server.pool("postgres").await;
    let set = async |sql: &str| {
        pool.execute_unprepared(sql).await.expect(sql);
    };

    // With a read-only server queries go on, and the gateway is not ready.
    let test = TestApp::with_database(server.url("postgres")).await;
    warm(&test).await;
    set("ALTER SYSTEM SET default_transaction_read_only = on").await;
    set("SELECT pg_reload_conf()").await;
    until("it is not ready", async || readiness(&test).await != 200).await;
    for number in 0..5 {
        let input = consent(&format!("read-only-{number}"));
        let answer = change(&test, member::MAYA, "UpdateConsents", input).await;
        assert_eq!(answer.codes(), ["SERVICE_UNAVAILABLE"], "{answer:#?}");
        assert!(today(&test).await.is_empty());
    }
    set("SET default_transaction_read_only = off").await;
    set("ALTER SYSTEM RESET default_transaction_read_only").await;
    set("SELECT pg_reload_conf()").await;
    until("it is ready", async || readiness(&test).await == 200).await;
    let answer = change(&test, member::MAYA, "UpdateConsents", consent("writable")).await;
    assert!(answer.codes().is_empty(), "{answer:#?}");
    test.take_outbox().await;
    drop(test);

    // Defaults of the role have no effect on our sessions.
    set("ALTER ROLE coach SET idle_session_timeout = '100ms'").await;
    set("ALTER ROLE coach SET default_transaction_isolation = 'repeatable read'").await;
    let test = TestApp::with_database(server.url("postgres")).await;
    warm(&test).await;
    // A session with the role's defaults is ended when it is idle.
    let other = Database::connect(server.url("postgres")).await;
    let other = other.expect("a connection");
    let own = Statement::from_string(DbBackend::Postgres, "SELECT pg_backend_pid()");
    let pid = other.query_one_raw(own).await.expect("its number");
    let pid: i32 = pid.expect("a row").try_get_by_index(0).expect("a number");
    until("a session that is idle is ended", async || {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
        test.number(&sql).await == 0
    })
    .await;
    for _ in 0..30 {
        assert!(today(&test).await.is_empty());
    }
    let changes = (0..20).map(|number| {
        change(
            &test,
            member::MAYA,
            "UpdateConsents",
            consent(&format!("isolated-{number}")),
        )
    });
    for answer in futures_util::future::join_all(changes).await {
        assert!(answer.codes().is_empty(), "{answer:#?}");
    }
    test.take_outbox().await;
    drop(test);
    set("ALTER ROLE coach RESET ALL").await;

    // A lock timeout.
    set("ALTER ROLE coach SET lock_timeout = '200ms'").await;
    let test = TestApp::with_database(server.url("postgres")).await;
    let holder = pool.begin().await.expect("begun");
    holder
        .execute_unprepared("SELECT FROM member FOR UPDATE")
        .await
        .expect("held");
    let answer = change(&test, member::MAYA, "UpdateConsents", consent("locked")).await;
    assert_eq!(answer.codes(), ["SERVICE_UNAVAILABLE"], "{answer:#?}");
    holder.rollback().await.expect("let go");
    let answer = change(&test, member::MAYA, "UpdateConsents", consent("locked")).await;
    assert!(answer.codes().is_empty(), "{answer:#?}");
    test.take_outbox().await;
    drop(test);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_retried_and_not_reported() {
    let test = TestApp::start().await;
    let holder = database::connect(&test.url, &Options::default()).await;
    let holder = holder.expect("a connection");
    let transaction = holder.begin().await.expect("begun");
    transaction
        .execute_unprepared("LOCK TABLE consent IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("locked");
    // The command locks the member's row, and waits for the table; then we wait for the row.
    let command = change(&test, member::MAYA, "UpdateConsents", consent("deadlock"));
    let cross = async {
        let waiting = "
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until("it waits", async || test.number(waiting).await > 0).await;
        let both = transaction.execute_unprepared("SELECT FROM member FOR UPDATE");
        both.await.expect("the command gives way");
        transaction.rollback().await.expect("undone");
    };
    let (answer, ()) = tokio::join!(command, cross);
    assert!(answer.codes().is_empty(), "{answer:#?}");
    assert_eq!(test.take_outbox().await.len(), 2, "done once");
    holder.close().await;
}
