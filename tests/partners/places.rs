//! Nothing leads us behind our own walls: no redirect, no name, no address.

use coach_domain::partner::delivery::DeliveryStatus;
use coach_workers::{
    consumer::Verdict,
    partner::{NoPartner, PartnerSettings},
};

use crate::{
    fixture::{Fixture, SECRET, never, partner},
    server::{Reply, Server},
};

#[tokio::test]
async fn no_redirect_is_followed() {
    let (server, inside) = (Server::start().await, Server::start().await);
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    for (status, location) in [
        (301, inside.url()),
        (302, inside.url()),
        (303, inside.url()),
        (307, inside.url()),
        (308, inside.url()),
        (307, "http://169.254.169.254/latest/meta-data/".to_owned()),
        (307, "/elsewhere".to_owned()),
    ] {
        server.next(Reply::new(status).with("location", &location));
        let before = server.times();
        let envelope = fixture.withdrawal();
        let reason = never(fixture.consume(&envelope, 1).await);
        assert!(reason.ends_with("redirects are not followed"), "{reason}");
        assert_eq!(server.times(), before + 1, "{location}");
    }
    assert_eq!(inside.times(), 0);
}

/// The server is there and would take it; only where it is keeps us from it.
#[tokio::test]
async fn a_name_of_a_private_address_is_not_connected_to() {
    let server = Server::start().await;
    let url = format!("https://localhost:{}/records", server.port);
    let acme = PartnerSettings::new("acme", &url, SECRET, false);
    let fixture = Fixture::new([acme.expect("a partner")]).await;
    let envelope = fixture.withdrawal();
    let reason = never(fixture.consume(&envelope, 1).await);
    assert_eq!(
        reason,
        "acme: localhost is at an address that is not public"
    );
    let refused = ("acme".to_owned(), DeliveryStatus::Refused, None);
    assert_eq!(fixture.recorded(envelope.id).await, [refused]);
    assert_eq!(server.times(), 0);
    // Where it is allowed the same name is.
    let url = format!("http://localhost:{}/records", server.port);
    let fixture = Fixture::new([partner("acme", &url)]).await;
    let envelope = fixture.withdrawal();
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    assert_eq!(server.times(), 1);
}

#[tokio::test]
async fn a_private_address_is_not_even_set() {
    let server = Server::start().await;
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ] {
        let url = format!("https://{host}:{}/records", server.port);
        let acme = PartnerSettings::new("acme", &url, SECRET, false);
        assert_eq!(acme, Err(NoPartner::Private), "{host}");
    }
}
