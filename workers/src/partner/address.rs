//! Restricts the addresses of partners to the public Internet, as a protection against server-side request forgery: no
//! setting, DNS record or redirect can make us send requests to internal services, such as the database or the
//! instance's metadata.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// All addresses of a host are private or otherwise not public.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is at an address that is not public")]
pub(super) struct PrivateAddressError(pub(super) String);

/// Whether an address is on the public Internet, according to IANA's registries of special-purpose addresses.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_public_v4(address: Ipv4Addr) -> bool {
    // This network, private, loopback, carrier-grade NAT, link-local; protocol assignments, documentation, 6to4 relays,
    // benchmarks; multicast and reserved.
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224.., ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
fn is_public_v6(address: Ipv6Addr) -> bool {
    let embeds_public_v4 = |high: u16, low: u16| {
        let [.., a, b, c, d] = address.octets();
        address.segments()[..6] == [high, low, 0, 0, 0, 0]
            && is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    if let Some(address) = address.to_ipv4_mapped() {
        return is_public_v4(address);
    }
    match address.segments() {
        // Translated to IPv4 (NAT64).
        [0x64, 0xff9b, ..] => embeds_public_v4(0x64, 0xff9b),
        // Protocol assignments (including Teredo), documentation, 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [high, ..] => high & 0xe000 == 0x2000,
    }
}

/// Resolves names by the system's resolver, and returns only public addresses. The client connects to these addresses,
/// so a name cannot resolve to another address after the check (DNS rebinding).
#[derive(Debug)]
pub(super) struct PublicResolver {
    pub(super) allow_private: bool,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let resolved = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = resolved
                .filter(|address| allow_private || is_public(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(PrivateAddressError(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:200::1",
            "2a00:1450:4001:81b::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_rejected_unless_private_addresses_are_allowed() {
        let resolve = async |allow_private| {
            let name = "localhost".parse().unwrap();
            PublicResolver { allow_private }.resolve(name).await
        };
        let refused = resolve(false).await.err().expect("refused");
        assert!(refused.is::<PrivateAddressError>(), "{refused}");
        assert_eq!(
            refused.to_string(),
            "localhost is at an address that is not public"
        );
        let mut found = resolve(true).await.expect("resolved");
        assert!(found.all(|address| address.ip().is_loopback()));
    }
}
