//! Where a request comes from: the peer of its connection or, when that is a proxy to be believed, what the proxy says.
//!
//! `X-Forwarded-For` is read from its end, where the nearest proxy writes, over the proxies that are believed, to the first
//! address that is not one of theirs: what stands before that was written by the client itself. `Forwarded` (RFC 7239) is
//! not read: a proxy that sets the one header would hand on the other as the client wrote it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rocket::Request;

use crate::config::TrustedProxies;

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// Whether it came by TLS.
    pub is_tls: bool,
}

impl Client {
    /// What to count it by: an IPv4 address, or the network of an IPv6 one, since whoever has one of those has all 2⁶⁴.
    pub fn network(self) -> IpAddr {
        match self.address {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
            v4 => v4,
        }
    }
}

/// Who sends a request, and whether a believed proxy handed it on.
pub(super) fn of(request: &Request<'_>, proxies: Option<&TrustedProxies>) -> (Client, bool) {
    let peer = request.remote().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
    let peer = peer.to_canonical();
    let Some(proxies) = proxies.filter(|proxies| is_one(proxies, peer)) else {
        let client = Client {
            address: peer,
            is_tls: false,
        };
        return (client, false);
    };
    let lines: Vec<&str> = request.headers().get("X-Forwarded-For").collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    // The first proxy of several met the client; a proxy that is believed lets nobody else write this header.
    let scheme = request.headers().get_one("X-Forwarded-Proto").unwrap_or("");
    let scheme = scheme.split(',').next().unwrap_or("").trim();
    let client = Client {
        address: sender(peer, hops, proxies),
        is_tls: scheme.eq_ignore_ascii_case("https"),
    };
    (client, true)
}

/// The first of the hops, nearest first, that is no believed proxy; the last believed one when none is, or when the next
/// cannot be read.
fn sender<'h>(peer: IpAddr, hops: impl Iterator<Item = &'h str>, proxies: &TrustedProxies) -> IpAddr {
    let mut known = peer;
    for hop in hops {
        match address(hop.trim()) {
            Some(hop) if is_one(proxies, hop) => known = hop,
            Some(hop) => return hop,
            None => return known,
        }
    }
    known
}

/// An address as proxies write it: bare, in brackets, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse().ok().or_else(with_port).or_else(bracketed)?;
    Some(address.to_canonical())
}

fn is_one(proxies: &TrustedProxies, address: IpAddr) -> bool {
    proxies.0.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_sender_is_the_last_address_that_no_believed_proxy_has() {
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
