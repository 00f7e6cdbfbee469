//! The host that a request is addressed to, by its headers.
//!
//! A target in absolute form (`GET http://host/path`) has a host as well, which Rocket drops. The Host header alone is checked
//! and used in links.

use std::net::{IpAddr, Ipv6Addr};

use rocket::Request;

use crate::config::{AllowedHosts, HostPattern};

/// The host of a request, if it has one.
pub(super) enum Named<'r> {
    /// There is none, as HTTP/1.0 allows.
    Missing,
    /// It is not valid, or there is more than one (RFC 9112, 3.2 requires 400).
    Malformed,
    /// A host.
    Host(Host<'r>),
}

impl<'r> Named<'r> {
    /// The host as it was written, when there is one.
    pub(super) fn host(&self) -> Option<&'r str> {
        match self {
            Self::Host(host) => Some(host.written),
            Self::Missing | Self::Malformed => None,
        }
    }
}

/// A host, with or without a port.
pub(super) struct Host<'r> {
    /// As it was written.
    written: &'r str,
    /// Without port and final dot.
    name: &'r str,
    /// When it is an address.
    address: Option<IpAddr>,
}

/// Reads `Host` or, when a trusted proxy forwarded the request, `X-Forwarded-Host`.
pub(super) fn named<'r>(request: &'r Request<'_>, is_proxied: bool) -> Named<'r> {
    let mut lines = request.headers().get("Host");
    let mut written = lines.next().unwrap_or("").trim();
    if lines.next().is_some() {
        return Named::Malformed;
    }
    if is_proxied && let Some(line) = request.headers().get("X-Forwarded-Host").last() {
        // A proxy that appends to the header writes last.
        written = line.rsplit(',').next().unwrap_or("").trim();
    }
    if written.is_empty() {
        return Named::Missing;
    }
    read(written).map_or(Named::Malformed, Named::Host)
}

/// Reads `host` or `host:port`. User information, spaces and other parts of a URI are refused.
fn read(written: &str) -> Option<Host<'_>> {
    if let Some(rest) = written.strip_prefix('[') {
        let (literal, port) = rest.split_once(']')?;
        let address = literal.parse::<Ipv6Addr>().ok().filter(|_| is_port(port))?;
        return Some(Host {
            written,
            name: "",
            address: Some(address.into()),
        });
    }
    let (name, port) = written.split_at_checked(written.find(':').unwrap_or(written.len()))?;
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if name.is_empty() || name.starts_with('.') || name.contains("..") || !is_name || !is_port(port) {
        return None;
    }
    // Only a name that ends with a digit can be an IPv4 address.
    let address = match name.ends_with(|last: char| last.is_ascii_digit()) {
        true => name.parse().ok(),
        false => None,
    };
    Some(Host { written, name, address })
}

/// Whether this may follow a host: nothing, a colon, or a colon and a port.
fn is_port(text: &str) -> bool {
    match text.strip_prefix(':') {
        None => text.is_empty(),
        Some("") => true,
        Some(port) => port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok(),
    }
}

impl Host<'_> {
    /// Whether the server serves it.
    pub(super) fn is_among(&self, allowed: &AllowedHosts) -> bool {
        match allowed {
            AllowedHosts::Any => true,
            AllowedHosts::Only(patterns) => patterns.iter().any(|pattern| self.is(pattern)),
        }
    }

    fn is(&self, pattern: &HostPattern) -> bool {
        match pattern {
            HostPattern::Name(name) => self.name.eq_ignore_ascii_case(name),
            HostPattern::Address(address) => self.address == Some(*address),
            HostPattern::Domain(domain) => {
                let above = self.name.len().checked_sub(domain.len());
                let parts = above.and_then(|above| self.name.split_at_checked(above));
                parts.is_some_and(|(above, own)| {
                    own.eq_ignore_ascii_case(domain) && (above.is_empty() || above.ends_with('.'))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_with_and_without_port_and_nothing_else_is() {
        for written in [
            "a",
            "a.example.org",
            "a.example.org.",
            "A:80",
            "a:",
            "my_app:8000",
            "127.0.0.1:8000",
            "[::1]",
            "[::1]:80",
        ] {
            assert!(read(written).is_some_and(|host| host.written == written), "{written}");
        }
        for written in [
            "a b", "user@a", "a:b", "a:-1", "a:+80", "a:99999", "a:80:80", "a/b", "a?b", "a#b", "a\\b", "http://a",
            "[::1", "[a]", "[::1]a", "::1", ".", "..", "a..b", ".a", "a,b", "a%2eb", "é", "a;b",
        ] {
            assert!(read(written).is_none(), "{written}");
        }
    }

    #[test]
    fn a_host_is_compared_without_case_port_and_closing_dot() {
        let allowed = AllowedHosts::Only(vec![
            HostPattern::Name("data.example.org".into()),
            HostPattern::Domain("example.net".into()),
            HostPattern::Address(Ipv6Addr::LOCALHOST.into()),
            HostPattern::Address(IpAddr::from([192, 0, 2, 7])),
        ]);
        let is_among = |written| read(written).is_some_and(|host| host.is_among(&allowed));
        for written in [
            "data.example.org",
            "DATA.example.org.:8000",
            "example.net",
            "a.b.Example.net:80",
            "[::1]:8000",
            "[0:0:0:0:0:0:0:1]",
            "192.0.2.7:1",
        ] {
            assert!(is_among(written), "{written}");
        }
        for written in [
            "example.org",
            "x.data.example.org",
            "data.example.org.evil.org",
            "evilexample.net",
            "example.net.evil.org",
            "[::2]",
            "192.0.2.70",
        ] {
            assert!(!is_among(written), "{written}");
        }
    }
}
