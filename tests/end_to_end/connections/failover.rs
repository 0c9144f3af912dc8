//! A standby is promoted and takes over the address; the old primary comes back as a standby.

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
    let test = TestApp::on(coach_tests::cluster::url(proxy.address, "postgres")).await;
    warm(&test).await;

    // Connections of ours lead to the old primary, which is a standby by now and answers all that reads.
    other.promote().await;
    one.demote(&other).await;
    warm_on_standby(&test).await;
    proxy.lead_to(Target::Tcp(other.address));
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
    let (after, within) = (moved.elapsed(), lateness.service_within());
    println!("changes again, and ready, after {after:?} of {within:?}");
    assert!(after < within, "{after:?} of {within:?}");
    test.owed().await;
}

/// Has the pool full of connections to a standby, as after a failover that the address has not followed yet.
async fn warm_on_standby(test: &TestApp) {
    let (_, broken) = super::service(test).await;
    println!("{broken} reads broken by the restart as a standby");
    assert_eq!(readiness(test).await, 503, "a standby takes no changes");
}
