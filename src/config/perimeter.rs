//! The settings that restrict which requests are accepted: hosts, origins, proxies and the rate limit.
//!
//! They are plain data; `http::ingress` applies them.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use ipnet::IpNet;

/// The accepted values of the Host header (`ALLOWED_HOSTS`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHosts {
    /// Every host.
    Any,
    /// These hosts only.
    Only(Vec<HostPattern>),
}

/// An accepted host, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPattern {
    /// This name.
    Name(String),
    /// This domain and every name below it.
    Domain(String),
    /// This address.
    Address(IpAddr),
}

/// The origins whose pages may use the API (`CORS_ORIGINS`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigins {
    /// The server's own origin only.
    None,
    /// Every origin.
    Any,
    /// These origins, serialized as browsers send them.
    Only(Vec<String>),
}

/// The networks of the proxies whose `X-Forwarded-…` headers are used (`TRUSTED_PROXIES`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<IpNet>);

/// The request rate allowed per client address (`RATE_LIMIT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// No limit.
    Off,
    /// A number of requests in a period.
    To {
        /// The number of requests.
        requests: u32,
        /// The period.
        per: Duration,
    },
}

/// Parses `*`, or hosts separated by commas.
pub(super) fn allowed_hosts(text: &str) -> Result<AllowedHosts, &'static str> {
    const ALLOWED: &str = "* or hosts separated by commas, without scheme and port, such as data.example.org, \
        .example.org (with every name below it) or 192.0.2.7";
    if text.trim() == "*" {
        return Ok(AllowedHosts::Any);
    }
    let hosts = items(text).map(|host| host_pattern(&host.to_ascii_lowercase()).ok_or(ALLOWED));
    Ok(AllowedHosts::Only(hosts.collect::<Result<_, _>>()?))
}

fn host_pattern(host: &str) -> Option<HostPattern> {
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(literal) = literal {
        return literal
            .parse::<Ipv6Addr>()
            .ok()
            .map(|v6| HostPattern::Address(v6.into()));
    }
    if let Ok(address) = host.parse() {
        return Some(HostPattern::Address(address));
    }
    let (domain, name) = match host.strip_prefix('.') {
        Some(domain) => (true, domain),
        None => (false, host),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    if !is_name(name) {
        return None;
    }
    Some(match domain {
        true => HostPattern::Domain(name.to_owned()),
        false => HostPattern::Name(name.to_owned()),
    })
}

/// Whether this is a host name in lower case: labels separated by dots. Underscores are accepted, since names in Docker
/// networks have them.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
    };
    name.split('.').all(is_label)
}

/// Parses `none`, `*`, or origins separated by commas.
pub(super) fn cors_origins(text: &str) -> Result<CorsOrigins, &'static str> {
    const ALLOWED: &str = "none, * or origins separated by commas: scheme, host and port without a path, \
        such as https://app.example.org or http://localhost:3000";
    match text.trim() {
        "none" => return Ok(CorsOrigins::None),
        "*" => return Ok(CorsOrigins::Any),
        _ => {}
    }
    let origins = items(text).map(|text| origin(&text.to_ascii_lowercase()).ok_or(ALLOWED));
    Ok(CorsOrigins::Only(origins.collect::<Result<_, _>>()?))
}

/// The origin as browsers serialize it: in lower case, without the default port of its scheme.
fn origin(text: &str) -> Option<String> {
    let (scheme, authority) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let literal_end = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority.get(literal_end..)?.rfind(':') {
        Some(colon) => authority.split_at_checked(literal_end + colon)?,
        None => (authority, ""),
    };
    let is_host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok(),
        None => is_name(host),
    };
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if !(is_scheme && is_host && is_port) {
        return None;
    }
    let implied = matches!((scheme, port), ("http", ":80") | ("https", ":443"));
    Some(format!("{scheme}://{host}{}", if implied { "" } else { port }))
}

/// Parses `none`, or networks and single addresses separated by commas.
pub(super) fn trusted_proxies(text: &str) -> Result<TrustedProxies, &'static str> {
    const ALLOWED: &str = "none, or addresses and networks separated by commas, such as 127.0.0.1 or 10.0.0.0/8";
    if text.trim() == "none" {
        return Ok(TrustedProxies(Vec::new()));
    }
    let network = |text: &str| {
        let single = || text.parse::<IpAddr>().map(IpNet::from).ok();
        text.parse::<IpNet>().ok().or_else(single).ok_or(ALLOWED)
    };
    Ok(TrustedProxies(items(text).map(network).collect::<Result<_, _>>()?))
}

/// Parses `off`, or a number of requests per second, minute or hour.
pub(super) fn rate_limit(text: &str) -> Result<RateLimit, &'static str> {
    const ALLOWED: &str =
        "off, or the requests of one client address in a second, minute or hour, such as 100/s, 1000/m or 20000/h";
    if text.trim() == "off" {
        return Ok(RateLimit::Off);
    }
    let (requests, unit) = text.split_once('/').ok_or(ALLOWED)?;
    let seconds = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(ALLOWED),
    };
    match requests.trim().parse() {
        Ok(requests @ 1..=1_000_000) => Ok(RateLimit::To {
            requests,
            per: Duration::from_secs(seconds),
        }),
        _ => Err(ALLOWED),
    }
}

/// The items of a comma-separated list. Empty items are kept, for the parser to refuse.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_domains_and_addresses_without_ports() {
        assert_eq!(allowed_hosts(" * "), Ok(AllowedHosts::Any));
        assert_eq!(
            allowed_hosts("Data.Example.org., .example.net,[::1],192.0.2.7,my_app"),
            Ok(AllowedHosts::Only(vec![
                HostPattern::Name("data.example.org".into()),
                HostPattern::Domain("example.net".into()),
                HostPattern::Address("::1".parse().expect("an address")),
                HostPattern::Address("192.0.2.7".parse().expect("an address")),
                HostPattern::Name("my_app".into()),
            ]))
        );
        for text in [
            "", ",", "a,", "a,*", "*.a.org", "a:80", "http://a", "a/b", "a..b", "[::1", "[a]", "a b", "é.fr",
        ] {
            assert!(allowed_hosts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn origins_are_serialized_as_browsers_do() {
        assert_eq!(cors_origins("none"), Ok(CorsOrigins::None));
        assert_eq!(cors_origins("*"), Ok(CorsOrigins::Any));
        assert_eq!(
            cors_origins("HTTPS://App.example.org:443, http://localhost:3000,http://[::1]:80,tauri://localhost"),
            Ok(CorsOrigins::Only(
                [
                    "https://app.example.org",
                    "http://localhost:3000",
                    "http://[::1]",
                    "tauri://localhost"
                ]
                .map(String::from)
                .into()
            ))
        );
        for text in [
            "",
            "null",
            "app.example.org",
            "https://a/",
            "https://a:0",
            "https://a:99999",
            "https://*.a.org",
            "https://u@a",
            "https://",
            "https://a,*",
        ] {
            assert!(cors_origins(text).is_err(), "{text}");
        }
    }

    #[test]
    fn proxies_are_networks_and_single_addresses() {
        assert_eq!(trusted_proxies("none"), Ok(TrustedProxies(Vec::new())));
        let TrustedProxies(networks) = trusted_proxies("10.0.0.0/8, ::1").expect("two networks");
        assert_eq!(networks.len(), 2);
        assert!(
            networks
                .iter()
                .any(|network| network.contains(&"::1".parse::<IpAddr>().expect("an address")))
        );
        for text in ["", "all", "10.0.0.0/33", "10.0.0.0/8,", "proxy"] {
            assert!(trusted_proxies(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_is_a_number_per_second_minute_or_hour() {
        assert_eq!(rate_limit("off"), Ok(RateLimit::Off));
        let per = Duration::from_secs(60);
        assert_eq!(rate_limit("1000 / m"), Ok(RateLimit::To { requests: 1000, per }));
        for text in ["", "100", "0/s", "-1/s", "1.5/s", "5/d", "1000001/s", "/s"] {
            assert!(rate_limit(text).is_err(), "{text}");
        }
    }
}
