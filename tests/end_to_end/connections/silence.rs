//! Connections that stay open and say nothing, while new ones would work.

use std::time::Duration;

use coach_tests::{Mode, Proxy};

use super::{Lateness, at, service, socket, warm};
use crate::harness::{TestApp, database};

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_any_more_are_given_up() {
    let url = database().await;
    let proxy = Proxy::start(socket(&url), Duration::ZERO).await;
    let test = TestApp::on(at(proxy.address, &url)).await;
    warm(&test).await;
    proxy.set(Mode::Stalled);
    let lateness = Lateness::measure();
    let (after, broken) = service(&test).await;
    let within = lateness.service_within();
    println!("service after {after:?} of {within:?}, {broken} requests broken");
    assert!(after < within, "{after:?} of {within:?}");
}
