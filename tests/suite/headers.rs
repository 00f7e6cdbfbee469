//! Security and caching headers of every answer.

use serde_json::json;

use crate::server::Server;

/// One of each kind of answer that is no page.
const ANSWERS: [(&str, &str, u16); 12] = [
    ("GET", "/", 200),
    ("GET", "/health", 200),
    ("GET", "/livez", 200),
    ("GET", "/api/", 200),
    ("GET", "/api/items/", 200),
    ("GET", "/api/items/1/", 200),
    ("OPTIONS", "/api/items/", 200),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/items/?nonsense=1", 400),
    ("GET", "/nothing", 404),
    ("PUT", "/api/items/", 405),
    ("DELETE", "/api/items/1/", 204),
];

#[test]
fn answers_other_than_pages_can_neither_run_nor_be_framed_nor_be_loaded_elsewhere() {
    let server = Server::start();
    server.post("/api/items/", json!({"name": "n"})).is(201);
    for (method, path, status) in ANSWERS {
        let answer = server.request(method, path, &[], b"").is(status);
        for (header, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", ""),
            ("server", ""),
            ("x-powered-by", ""),
        ] {
            assert_eq!(answer.header(header), value, "{header} of {method} {path}");
        }
    }
    let brewed = server.raw(b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n").expect("an answer");
    assert_eq!(brewed.header("x-content-type-options"), "nosniff");
    assert_ne!(brewed.header("content-security-policy"), "");
}

#[test]
fn a_page_has_a_policy_of_its_own() {
    let server = Server::start();
    let page = server.get_as("/", "text/html").is(200);
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains("http:") && !policy.contains('*'),
        "{policy}"
    );
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
}

#[test]
fn hsts_is_sent_over_tls_only() {
    let server = Server::with(|setup| setup.env("TRUSTED_PROXIES", "127.0.0.1"));
    for path in ["/", "/api/items/", "/nothing"] {
        let by_tls = server.request("GET", path, &[("X-Forwarded-Proto", "https")], b"");
        let said = by_tls.header("strict-transport-security");
        assert!(said.starts_with("max-age="), "{path}: {said}");
        let plain = server.request("GET", path, &[("X-Forwarded-Proto", "http")], b"");
        assert_eq!(plain.header("strict-transport-security"), "", "{path}");
    }
}

#[test]
fn answers_to_requests_with_credentials_are_not_cached() {
    let server = Server::start();
    for header in [("Authorization", "Basic eDp5"), ("Cookie", "other=1")] {
        for path in ["/", "/api/", "/api/items/", "/api/items/9/", "/nothing"] {
            let answer = server.request("GET", path, &[header], b"");
            assert_eq!(answer.header("cache-control"), "no-store", "{path} with {header:?}");
        }
    }
}

#[test]
fn nothing_names_the_software_to_strangers_outside_the_contract() {
    let server = Server::start();
    let version = env!("CARGO_PKG_VERSION");
    for (method, path, _) in ANSWERS {
        let answer = server.request(method, path, &[], b"");
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
            assert!(
                !value.contains("rocket") && !value.contains("hyper") && !value.contains(version),
                "{name}: {value} of {method} {path}"
            );
        }
        if !matches!(path, "/" | "/health" | "/api/openapi.json") {
            assert!(!answer.text().contains(version), "{method} {path}: {}", answer.text());
        }
    }
}
