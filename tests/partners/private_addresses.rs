//! No request goes to private addresses (SSRF): neither by a redirect, nor by a host name, nor by an address in the
//! settings.

use coach_domain::partner::delivery::DeliveryStatus;
use coach_workers::{
    consumer::Ack,
    partner::{PartnerSettings, PartnerSettingsError},
};

use crate::{
    fixture::{Fixture, SECRET, expect_dead_letter, partner},
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
        let before = server.request_count();
        let envelope = fixture.withdrawal();
        let reason = expect_dead_letter(fixture.consume(&envelope, 1).await);
        assert!(reason.ends_with("redirects are not followed"), "{reason}");
        assert_eq!(server.request_count(), before + 1, "{location}");
    }
    assert_eq!(inside.request_count(), 0);
}

/// The server would accept it; only its private address prevents the request.
#[tokio::test]
async fn a_name_of_a_private_address_is_not_connected_to() {
    let server = Server::start().await;
    let url = format!("https://localhost:{}/records", server.port);
    let acme = PartnerSettings::new("acme", &url, SECRET, false);
    let fixture = Fixture::new([acme.expect("a partner")]).await;
    let envelope = fixture.withdrawal();
    let reason = expect_dead_letter(fixture.consume(&envelope, 1).await);
    assert_eq!(
        reason,
        "acme: localhost is at an address that is not public"
    );
    let refused = ("acme".to_owned(), DeliveryStatus::Refused, None);
    assert_eq!(fixture.deliveries(envelope.id).await, [refused]);
    assert_eq!(server.request_count(), 0);
    // With private addresses allowed the same name works.
    let url = format!("http://localhost:{}/records", server.port);
    let fixture = Fixture::new([partner("acme", &url)]).await;
    let envelope = fixture.withdrawal();
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    assert_eq!(server.request_count(), 1);
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
        assert_eq!(acme, Err(PartnerSettingsError::Private), "{host}");
    }
}
