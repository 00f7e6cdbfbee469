//! `TRUSTED_PROXIES` and `RATE_LIMIT`: whose forwarded headers are believed, and how often a client may send requests.

use serde_json::json;

use crate::client::Answer;
use crate::server::{Server, eventually};

fn behind(networks: &str) -> Server {
    Server::with(|setup| setup.env("TRUSTED_PROXIES", networks))
}

fn links(server: &Server, headers: &[(&str, &str)]) -> String {
    let answer = server.request("GET", "/api/", headers, b"").is(200);
    let origin = answer.json()["items"].as_str().expect("an address").to_owned();
    origin.trim_end_matches("/api/items/").to_owned()
}

#[test]
fn forwarded_headers_of_untrusted_clients_are_ignored() {
    let own = |server: &Server| format!("http://{}", server.address);
    for server in [Server::start(), behind("192.0.2.0/24,2001:db8::/32")] {
        for header in [
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "evil.example"),
            ("Forwarded", "proto=https;host=evil.example"),
            ("X-Forwarded-Scheme", "https"),
            ("X-Original-Host", "evil.example"),
            ("X-Real-IP", "192.0.2.1"),
        ] {
            assert_eq!(links(&server, &[header]), own(&server), "{header:?}");
        }
        let answer = server.request("GET", "/api/", &[("X-Forwarded-Proto", "https")], b"");
        assert_eq!(answer.header("strict-transport-security"), "");
    }
}

#[test]
fn a_trusted_proxy_says_scheme_and_host() {
    let server = behind("127.0.0.0/8");
    let https = ("X-Forwarded-Proto", "https");
    assert_eq!(
        links(&server, &[("Host", "socle.example"), https]),
        "https://socle.example"
    );
    assert_eq!(
        links(&server, &[("X-Forwarded-Host", "socle.example:8443"), https]),
        "https://socle.example:8443"
    );
    // The nearest proxy's word is the last.
    assert_eq!(
        links(&server, &[("X-Forwarded-Host", "evil.example, socle.example")]),
        "http://socle.example"
    );
    assert_eq!(
        links(
            &server,
            &[("Host", "socle.example"), ("X-Forwarded-Proto", "HTTPS, http")]
        ),
        "https://socle.example"
    );
    for scheme in ["http", "httpss", "", "javascript"] {
        assert_eq!(
            links(&server, &[("Host", "socle.example"), ("X-Forwarded-Proto", scheme)]),
            "http://socle.example"
        );
    }
    server
        .request("GET", "/api/", &[("X-Forwarded-Host", "user@evil.example")], b"")
        .is(400);
}

#[test]
fn the_forwarded_host_is_checked_as_the_host_is() {
    let server = Server::with(|setup| {
        setup
            .env("TRUSTED_PROXIES", "127.0.0.1")
            .env("ALLOWED_HOSTS", "socle.example")
    });
    server.get("/api/").is(400);
    server
        .request("GET", "/api/", &[("X-Forwarded-Host", "socle.example")], b"")
        .is(200);
    server
        .request(
            "GET",
            "/api/",
            &[("Host", "socle.example"), ("X-Forwarded-Host", "evil.example")],
            b"",
        )
        .is(400);
}

fn limited(rate: &str, proxies: &str) -> Server {
    Server::with(|setup| setup.env("RATE_LIMIT", rate).env("TRUSTED_PROXIES", proxies))
}

fn from(server: &Server, forwarded_for: &str) -> Answer {
    server.request("GET", "/api/items/", &[("X-Forwarded-For", forwarded_for)], b"")
}

/// Sends requests until one is refused, and gives that answer.
fn until_refused(ask: impl Fn() -> Answer, allowed: usize) -> Answer {
    for _ in 0..allowed {
        ask().is(200);
    }
    // The bucket may have filled a little meanwhile.
    eventually("a request over the limit", || {
        Some(ask()).filter(|answer| answer.status != 200)
    })
}

#[test]
fn a_client_over_the_rate_limit_is_told_when_to_retry() {
    let server = limited("5/m", "none");
    let refused = until_refused(|| server.get("/api/items/"), 5).is(429);
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=12).contains(&wait), "{wait}");
    let detail = refused.json()["detail"].as_str().expect("a detail").to_owned();
    assert!(
        detail.starts_with("Request was throttled. Expected available in "),
        "{detail}"
    );
    assert_eq!(refused.header("content-type"), "application/json");
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("DELETE", "/api/items/1/"),
        ("OPTIONS", "/api/"),
    ] {
        server.request(method, path, &[], b"").is(429);
    }
    assert_eq!(
        server
            .raw(b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n")
            .expect("an answer")
            .status,
        429
    );
    for _ in 0..20 {
        for path in ["/livez", "/readyz", "/healthz", "/health"] {
            server.get(path).is(200);
        }
    }
    let problem = server.get_as("/api/items/", "application/problem+json").is(429);
    assert_eq!(problem.json()["status"], 429);
}

#[test]
fn a_limited_client_is_served_again_after_the_time_in_retry_after() {
    let server = limited("3/s", "none");
    let refused = until_refused(|| server.get("/api/items/"), 3).is(429);
    assert_eq!(refused.header("retry-after"), "1");
    eventually("the client is served again", || {
        (server.get("/api/items/").status == 200).then_some(())
    });
}

#[test]
fn a_request_over_the_rate_limit_writes_nothing() {
    let server = limited("2/h", "none");
    for _ in 0..2 {
        server.post("/api/items/", json!({"name": "kept"})).is(201);
    }
    server.post("/api/items/", json!({"name": "refused"})).is(429);
    server.delete("/api/items/1/").is(429);
    let other = server.setup.clone().env("RATE_LIMIT", "off").start();
    assert_eq!(other.column("/api/items/", "name"), ["kept", "kept"]);
}

#[test]
fn clients_behind_a_trusted_proxy_are_counted_apart() {
    let server = limited("2/h", "127.0.0.1,10.0.0.0/8");
    for client in [
        "203.0.113.1",
        "203.0.113.2",
        "2001:db8::1",
        "1.1.1.1, 203.0.113.3, 10.0.0.9",
    ] {
        until_refused(|| from(&server, client), 2).is(429);
    }
    // Whatever a client puts before its own address, and whichever of its addresses it uses.
    for client in [
        "203.0.113.99, 203.0.113.1",
        "unknown, 203.0.113.1:4711",
        "2001:db8::ffff",
        "203.0.113.3",
        "::ffff:203.0.113.2",
    ] {
        from(&server, client).is(429);
    }
    from(&server, "2001:db8:0:1::1").is(200);
}

#[test]
fn spoofed_addresses_do_not_evade_the_rate_limit() {
    let server = limited("3/h", "none");
    for n in 0..3 {
        from(&server, &format!("203.0.113.{n}")).is(200);
    }
    for n in 3..20 {
        let address = format!("203.0.113.{n}");
        from(&server, &address).is(429);
        server
            .request(
                "GET",
                "/api/items/",
                &[("X-Real-IP", &address), ("Forwarded", &format!("for={address}"))],
                b"",
            )
            .is(429);
    }
}
