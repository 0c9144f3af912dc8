//! The metrics of a pool whose connections are all in use.

use std::thread;

use coach_tests::wait_for;
use sea_orm::{ConnectionTrait as _, Database, TransactionTrait as _};

use super::{Fixture, ServeProcess, graphql_request};
use crate::coach::share_machine;

#[test]
fn requests_that_wait_for_a_connection_are_counted_and_those_that_give_up() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let process = fixture.serve(&[("COACH_DATABASE_CONNECTIONS", "1")]);
    assert!(pool_metric(&process, "wait_time_seconds_count") > 0.0);
    assert!(pool_metric(&process, "timeouts_total") < 1.0);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let lock = runtime.block_on(async {
        let database = Database::connect(&fixture.url).await.expect("it connects");
        let transaction = database.begin().await.expect("begun");
        let lock = "LOCK TABLE member IN ACCESS EXCLUSIVE MODE";
        transaction.execute_unprepared(lock).await.expect(lock);
        transaction
    });
    // One of them has the connection, and waits for the lock.
    let request = graphql_request(&fixture.token, "{ me { id } }");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| process.send(request.as_bytes()));
        }
        for name in ["pending_requests", "timeouts_total"] {
            wait_for(
                || (pool_metric(&process, name) > 0.0).then_some(()),
                || format!("{name} are counted"),
            );
        }
        runtime.block_on(lock.rollback()).expect("rolled back");
        process.terminate();
    });
}

/// A metric of the pool for requests.
fn pool_metric(process: &ServeProcess, name: &str) -> f64 {
    let metrics = process.get("/metrics").expect("an answer");
    let prefix = format!("db_client_connection_{name}{{db_client_connection_pool_name=\"primary\"");
    let line = metrics.lines().find(|line| line.starts_with(&prefix));
    let value = line.and_then(|line| line.rsplit(' ').next());
    let value = value.unwrap_or_else(|| panic!("{prefix}: {metrics}"));
    value.parse().expect("a number")
}
