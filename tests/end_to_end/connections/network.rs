//! A network that loses every packet: a server in a network namespace of its own, whose address is removed and added
//! again.

use std::{net::SocketAddr, process::Command, time::Duration};

use coach_tests::cluster::Server;
use tokio::time::{Instant, sleep};

use super::{Lateness, seed, today, wait_for_service, warm};
use crate::harness::TestApp;

const ADDRESS: &str = "10.213.77.2";

/// A network namespace with one host, which is removed when it is dropped.
struct Namespace(String);

impl Namespace {
    fn create() -> Self {
        let name = format!("coach{}", std::process::id() % 10_000);
        let namespace = Self(name.clone());
        let (outer, inner) = (format!("{name}a"), format!("{name}b"));
        let created = ip(&["netns", "add", &name])
            && ip(&[
                "link", "add", &outer, "type", "veth", "peer", "name", &inner, "netns", &name,
            ])
            && ip(&["addr", "add", "10.213.77.1/24", "dev", &outer])
            && ip(&["link", "set", &outer, "up"])
            && ip(&["-n", &name, "link", "set", &inner, "up"])
            && ip(&["-n", &name, "link", "set", "lo", "up"])
            && namespace.add_address();
        assert!(
            created,
            "namespaces take root on Linux and iproute2, or COACH_TEST_WITHOUT=namespaces"
        );
        namespace
    }

    fn add_address(&self) -> bool {
        ip(&[
            "-n",
            &self.0,
            "addr",
            "add",
            &format!("{ADDRESS}/24"),
            "dev",
            &format!("{}b", self.0),
        ])
    }

    /// Removes the address, so that packets are lost without an error.
    fn remove_address(&self) -> bool {
        ip(&[
            "-n",
            &self.0,
            "addr",
            "del",
            &format!("{ADDRESS}/24"),
            "dev",
            &format!("{}b", self.0),
        ])
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["link", "del", &format!("{}a", self.0)]);
        ip(&["netns", "del", &self.0]);
    }
}

fn ip(arguments: &[&str]) -> bool {
    let run = Command::new("ip").args(arguments).output();
    run.is_ok_and(|run| run.status.success())
}

#[cfg_attr(
    without_namespaces,
    ignore = "namespaces take root on Linux and iproute2 (tests/run)"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_packets_were_lost_is_used_as_soon_as_it_can_be() {
    let namespace = Namespace::create();
    let home = coach_tests::folder();
    let address: SocketAddr = format!("{ADDRESS}:5432").parse().expect("an address");
    let prefix = [
        "ip",
        "netns",
        "exec",
        &namespace.0,
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
    ];
    let server = Server::create_on(&home.join("data"), address, &prefix).await;
    seed(&server).await;
    let test = TestApp::with_database(server.url("postgres")).await;
    warm(&test).await;

    assert!(namespace.remove_address());
    // Long enough for every connection to be detected as broken, and for the kernel's retransmissions to become rare.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        let codes = today(&test).await;
        assert!(!codes.is_empty(), "there is no server");
        sleep(Duration::from_millis(250)).await;
    }
    assert!(namespace.add_address());
    let lateness = Lateness::measure();
    let (after, broken) = wait_for_service(&test).await;
    let limit = lateness.max_recovery_time();
    println!("service after {after:?} of {limit:?}, {broken} requests broken");
    assert!(after < limit, "{after:?} of {limit:?}");
}
