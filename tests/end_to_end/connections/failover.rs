//! A failover: a standby is promoted and takes over the address, and the old primary restarts as a standby.

use std::time::Duration;

use coach_tests::{Proxy, Target, cluster::Server, until};
use serde_json::json;
use tokio::time::Instant;

use super::{Lateness, readiness, seed, warm};
use crate::{
    harness::{TestApp, member},
    writes::change,
};

#[tokio::test(flavor = "multi_thread")]
async fn changes_go_to_the_new_primary() {
    let home = coach_tests::folder();
    let mut one = Server::create(&home.join("one")).await;
    seed(&one).await;
    let other = one.standby(&home.join("other")).await;
    let proxy = Proxy::start(Target::Tcp(one.address), Duration::ZERO).await;
    let test = TestApp::with_database(coach_tests::cluster::url(proxy.address, "postgres")).await;
    warm(&test).await;

    // The pool's connections lead to the old primary, which is a standby now and executes all reads.
    other.promote().await;
    one.demote(&other).await;
    warm_on_standby(&test).await;
    proxy.redirect(Target::Tcp(other.address));
    let (moved, lateness) = (Instant::now(), Lateness::measure());
    let mut attempt = 0;
    until("a change goes through", async || {
        attempt += 1;
        let input =
            json!({ "idempotencyKey": format!("failover-{attempt}"), "timeZone": "Europe/Paris" });
        let answer = change(&test, member::MAYA, "UpdatePreferences", input).await;
        let codes = answer.codes();
        assert!(
            codes.is_empty() || codes == ["SERVICE_UNAVAILABLE"],
            "{answer:#?}"
        );
        codes.is_empty()
    })
    .await;
    until("it is ready", async || readiness(&test).await == 200).await;
    let (after, limit) = (moved.elapsed(), lateness.max_recovery_time());
    println!("changes again, and ready, after {after:?} of {limit:?}");
    assert!(after < limit, "{after:?} of {limit:?}");
    test.take_outbox().await;
}

/// Fills the pool with connections to a standby, as after a failover to which the address does not lead yet.
async fn warm_on_standby(test: &TestApp) {
    let (_, broken) = super::wait_for_service(test).await;
    println!("{broken} reads broken by the restart as a standby");
    assert_eq!(readiness(test).await, 503, "a standby takes no changes");
}
