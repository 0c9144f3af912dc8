//! Connections that stay open and receive nothing, while new ones would work.

use std::time::Duration;

use coach_tests::{Mode, Proxy};

use super::{Lateness, socket, url_at, wait_for_service, warm};
use crate::harness::{TestApp, copy_database};

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_any_more_are_given_up() {
    let url = copy_database().await;
    let proxy = Proxy::start(socket(&url), Duration::ZERO).await;
    let test = TestApp::with_database(url_at(proxy.address, &url)).await;
    warm(&test).await;
    proxy.set(Mode::Stalled);
    let lateness = Lateness::measure();
    let (after, broken) = wait_for_service(&test).await;
    let limit = lateness.max_recovery_time();
    println!("service after {after:?} of {limit:?}, {broken} requests broken");
    assert!(after < limit, "{after:?} of {limit:?}");
}
