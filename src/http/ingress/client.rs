//! The client of a request: the peer of its connection or, when that is a trusted proxy, the client that the proxy names.
//!
//! `X-Forwarded-For` is read from its end, where the nearest proxy writes, past the trusted proxies to the first address
//! that is none: the client itself may have written everything before that. `Forwarded` (RFC 7239) is not read, because a
//! proxy that sets only `X-Forwarded-For` passes it on as the client wrote it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rocket::Request;

use crate::config::TrustedProxies;

/// The sender of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// Whether it uses TLS.
    pub is_tls: bool,
}

impl Client {
    /// The address by which requests are counted: that of IPv4, or the /64 network of IPv6, all of whose addresses one client
    /// may use.
    pub fn network(self) -> IpAddr {
        match self.address {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
            v4 => v4,
        }
    }
}

/// The sender of a request, and whether a trusted proxy forwarded it.
pub(super) fn of(request: &Request<'_>, proxies: Option<&TrustedProxies>) -> (Client, bool) {
    let peer = request.remote().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
    let peer = peer.to_canonical();
    let Some(proxies) = proxies.filter(|proxies| is_trusted(proxies, peer)) else {
        let client = Client {
            address: peer,
            is_tls: false,
        };
        return (client, false);
    };
    let lines: Vec<&str> = request.headers().get("X-Forwarded-For").collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    // Of several proxies the first received the client's request. A trusted proxy overwrites the header of the client.
    let scheme = request.headers().get_one("X-Forwarded-Proto").unwrap_or("");
    let scheme = scheme.split(',').next().unwrap_or("").trim();
    let client = Client {
        address: sender(peer, hops, proxies),
        is_tls: scheme.eq_ignore_ascii_case("https"),
    };
    (client, true)
}

/// The first of the hops, nearest first, that is no trusted proxy; the last trusted one when all are, or when the next cannot
/// be read.
fn sender<'h>(peer: IpAddr, hops: impl Iterator<Item = &'h str>, proxies: &TrustedProxies) -> IpAddr {
    let mut known = peer;
    for hop in hops {
        match address(hop.trim()) {
            Some(hop) if is_trusted(proxies, hop) => known = hop,
            Some(hop) => return hop,
            None => return known,
        }
    }
    known
}

/// An address as proxies write it: with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse().ok().or_else(with_port).or_else(bracketed)?;
    Some(address.to_canonical())
}

fn is_trusted(proxies: &TrustedProxies, address: IpAddr) -> bool {
    proxies.0.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_sender_is_the_last_address_that_no_trusted_proxy_has() {
        let proxies = TrustedProxies(
            ["10.0.0.0/8", "fd00::/8"]
                .map(|network| network.parse().expect("a network"))
                .into(),
        );
        for (forwarded, expected) in [
            ("", "10.0.0.1"),
            ("203.0.113.9", "203.0.113.9"),
            ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("1.1.1.1, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
            ("203.0.113.9:4711,[fd00::1]:80", "203.0.113.9"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("10.9.9.9, 10.1.1.1", "10.9.9.9"),
            ("1.1.1.1, unknown", "10.0.0.1"),
            ("1.1.1.1, unknown, 10.1.1.1", "10.1.1.1"),
            ("1.1.1.1,,", "10.0.0.1"),
        ] {
            let hops = forwarded.rsplit(',').filter(|_| !forwarded.is_empty());
            assert_eq!(sender(ip("10.0.0.1"), hops, &proxies), ip(expected), "{forwarded}");
        }
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network() {
        let network = |text| {
            Client {
                address: ip(text),
                is_tls: false,
            }
            .network()
        };
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::"));
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
        assert_eq!(network("192.0.2.7"), ip("192.0.2.7"));
    }
}
