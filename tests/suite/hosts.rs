//! `ALLOWED_HOSTS`: requests for any other host are refused and have no effect.

use serde_json::json;

use crate::client::Answer;
use crate::server::Server;

fn only(hosts: &str) -> Server {
    Server::with(|setup| setup.env("ALLOWED_HOSTS", hosts))
}

/// A request with exactly these lines after its first.
#[track_caller]
fn asked(server: &Server, request_line: &str, lines: &[&str]) -> Answer {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let request = format!("{request_line} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n");
    server.raw(request.as_bytes()).expect("an answer")
}

#[test]
fn a_name_that_is_not_allowed_is_refused_whatever_is_asked() {
    let server = only("data.example.org");
    for request_line in [
        "GET /",
        "GET /api/",
        "GET /api/items/",
        "DELETE /api/items/1/",
        "OPTIONS /api/items/",
        "GET /api/none/",
        "GET /nothing",
        "POST /nothing",
        "GET /static/app.js",
        "BREW /api/items/",
        "GET http://data.example.org/api/",
    ] {
        let reply = asked(&server, request_line, &["Host: evil.example"]);
        assert_eq!(reply.status, 400, "{request_line}: {}", reply.text());
        assert!(!reply.text().contains("evil"), "{request_line}: {}", reply.text());
        let detail = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains("ALLOWED_HOSTS"), "{request_line}: {detail}");
    }
    server
        .request("HEAD", "/api/items/", &[("Host", "evil.example")], b"")
        .is(400);
    assert_eq!(
        asked(&server, "GET /api/items/", &["Host: data.example.org"]).status,
        200
    );
}

#[test]
fn nothing_is_written_for_a_name_that_is_not_allowed() {
    let server = only("127.0.0.1");
    server.post("/api/items/", json!({"name": "kept"})).is(201);
    let evil = ("Host", "evil.example");
    let body = json!({"name": "changed"}).to_string();
    for (method, path) in [
        ("POST", "/api/items/"),
        ("PUT", "/api/items/1/"),
        ("PATCH", "/api/items/1/"),
    ] {
        server
            .request(
                method,
                path,
                &[evil, ("Content-Type", "application/json")],
                body.as_bytes(),
            )
            .is(400);
    }
    server.request("DELETE", "/api/items/1/", &[evil], b"").is(400);
    assert_eq!(server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn names_are_compared_as_dns_does() {
    let server = only("data.example.org, .example.net, 192.0.2.7, [::1]");
    for host in [
        "data.example.org",
        "DATA.Example.ORG",
        "data.example.org.",
        "data.example.org:8000",
        "example.net",
        "a.b.example.net",
        "192.0.2.7:80",
        "[::1]",
        "[0:0::1]:8000",
    ] {
        assert_eq!(
            asked(&server, "GET /api/", &[&format!("Host: {host}")]).status,
            200,
            "{host}"
        );
    }
    for host in [
        "",
        "example.org",
        "data.example.org.evil.example",
        "evilexample.net",
        "x-data.example.org",
        "127.0.0.1",
        "[::2]",
        "localhost",
    ] {
        assert_eq!(
            asked(&server, "GET /api/", &[&format!("Host: {host}")]).status,
            400,
            "{host}"
        );
    }
    assert_eq!(
        server.raw(b"GET /api/ HTTP/1.0\r\n\r\n").expect("an answer").status,
        400
    );
}

#[test]
fn an_invalid_host_is_refused_whatever_is_allowed() {
    for server in [Server::start(), only("data.example.org")] {
        for lines in [
            &["Host: data.example.org", "Host: data.example.org"][..],
            &["Host: data.example.org", "Host: evil.example"],
            &["Host: user@data.example.org"],
            &["Host: data.example.org@evil.example"],
            &["Host: data.example.org:80@evil.example"],
            &["Host: data.example.org/evil"],
            &["Host: data.example.org evil"],
            &["Host: data.example.org,evil.example"],
            &["Host: data.example.org:port"],
            &["Host: data.example.org:99999"],
            &["Host: data.example.org\"><script>"],
            &["Host: http://data.example.org"],
            &["Host: [::1"],
            &["Host: data..example.org"],
            &["Host: %64ata.example.org"],
        ] {
            for path in ["/api/", "/nothing", "/livez"] {
                let reply = asked(&server, &format!("GET {path}"), lines);
                assert_eq!(reply.status, 400, "{lines:?} {path}: {}", reply.text());
                assert!(!reply.text().contains("evil"), "{lines:?}: {}", reply.text());
            }
        }
    }
}

#[test]
fn probes_are_answered_under_any_name() {
    let server = only("data.example.org");
    for path in ["/livez", "/readyz", "/healthz", "/health", "/livez/"] {
        for lines in [&["Host: 10.244.0.17:8000"][..], &[]] {
            assert_eq!(
                asked(&server, &format!("GET {path}"), lines).status,
                200,
                "{path} {lines:?}"
            );
        }
    }
    for path in [
        "/livezz",
        "/livez/x",
        "//livez",
        "/api/livez",
        "/LIVEZ",
        "/livez/../api/",
    ] {
        assert_eq!(
            asked(&server, &format!("GET {path}"), &["Host: 10.244.0.17"]).status,
            400,
            "{path}"
        );
    }
}

#[test]
fn links_bear_the_name_that_was_checked_and_never_the_targets() {
    let server = only("data.example.org");
    let reply = asked(
        &server,
        "GET http://evil.example/api/",
        &["Host: data.example.org", "X-Forwarded-Host: evil.example"],
    );
    assert_eq!(reply.json(), json!({"items": "http://data.example.org/api/items/"}));
}
