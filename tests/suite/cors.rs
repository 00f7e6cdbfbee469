//! `CORS_ORIGINS`: which other origins may use the API from a browser, and that cookies never count for them.

use serde_json::json;

use crate::client::Answer;
use crate::server::Server;

const APP: &str = "https://app.example.org";

fn open_to(origins: &str) -> Server {
    Server::with(|setup| setup.env("CORS_ORIGINS", origins))
}

fn preflight(server: &Server, path: &str, origin: &str) -> Answer {
    let headers = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "PATCH"),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    ];
    server.request("OPTIONS", path, &headers, b"")
}

/// Asserts that no header says anything to a page of another origin.
#[track_caller]
fn says_nothing(answer: &Answer) {
    let said: Vec<_> = answer
        .headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .collect();
    assert!(said.is_empty(), "{} said {said:?}", answer.what);
}

#[test]
fn by_default_no_other_origin_is_allowed() {
    let server = Server::start();
    says_nothing(&server.request("GET", "/api/items/", &[("Origin", APP)], b"").is(200));
    let options = preflight(&server, "/api/items/", APP).is(200);
    says_nothing(&options);
    assert!(options.json()["actions"].is_object(), "{}", options.text());
    assert!(!server.get("/api/items/").header("vary").contains("Origin"));
}

#[test]
fn a_preflight_of_an_allowed_origin_is_told_what_it_may_send() {
    for (origins, said) in [("https://other.example, https://app.example.org", APP), ("*", "*")] {
        let server = open_to(origins);
        for path in ["/api/items/", "/api/items/1/", "/api/none/", "/nothing", "/"] {
            let answer = preflight(&server, path, APP).is(204);
            assert_eq!(answer.header("access-control-allow-origin"), said, "{path}");
            let methods = answer.header("access-control-allow-methods");
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                assert!(methods.contains(method), "{methods}");
            }
            let headers = answer.header("access-control-allow-headers").to_ascii_lowercase();
            for header in [
                "authorization",
                "content-type",
                "idempotency-key",
                "if-match",
                "if-none-match",
                "prefer",
            ] {
                assert!(headers.contains(header), "{headers}");
            }
            assert!(!headers.contains('*') && !headers.contains("csrf"), "{headers}");
            assert!(answer.header("access-control-max-age").parse::<u32>().is_ok());
            assert_eq!(answer.header("access-control-allow-credentials"), "");
            assert!(answer.body.is_empty());
        }
    }
}

#[test]
fn answers_to_an_allowed_origin_may_be_read_errors_too() {
    let server = open_to(APP);
    let origin = ("Origin", APP);
    let made = server.request(
        "POST",
        "/api/items/",
        &[origin, ("Content-Type", "application/json")],
        json!({"name": "n"}).to_string().as_bytes(),
    );
    let answers = [
        made.is(201),
        server.request("GET", "/api/items/?limit=1", &[origin], b"").is(200),
        server.request("HEAD", "/api/items/1/", &[origin], b"").is(200),
        server.request("OPTIONS", "/api/items/", &[origin], b"").is(200),
        server.request("GET", "/api/items/?nonsense=1", &[origin], b"").is(400),
        server.request("GET", "/api/items/9/", &[origin], b"").is(404),
        server.request("GET", "/nothing", &[origin], b"").is(404),
        server.request("PUT", "/api/items/", &[origin], b"").is(405),
        server.request("DELETE", "/api/items/1/", &[origin], b"").is(204),
    ];
    for answer in answers {
        assert_eq!(answer.header("access-control-allow-origin"), APP, "{}", answer.what);
        let exposed = answer.header("access-control-expose-headers").to_ascii_lowercase();
        for header in [
            "link",
            "location",
            "x-total-count",
            "x-request-id",
            "retry-after",
            "etag",
        ] {
            assert!(exposed.contains(header), "{exposed}");
        }
        assert!(answer.header("vary").contains("Origin"), "{}", answer.what);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let brewed = server
        .raw(format!("BREW / HTTP/1.1\r\nHost: x\r\nOrigin: {APP}\r\n\r\n").as_bytes())
        .expect("an answer");
    assert_eq!(brewed.header("access-control-allow-origin"), APP);
}

#[test]
fn caches_are_told_that_the_answer_depends_on_the_origin() {
    let server = open_to(APP);
    for (path, status) in [
        ("/api/items/", 200),
        ("/api/none/", 404),
        ("/", 200),
        ("/favicon.ico", 200),
    ] {
        for headers in [&[][..], &[("Origin", "https://evil.example")], &[("Origin", APP)]] {
            let answer = server.request("GET", path, headers, b"");
            if answer.status == status {
                assert!(answer.header("vary").contains("Origin"), "{path} {headers:?}");
            }
        }
    }
    // Lists depend on Accept as well.
    assert!(server.get("/api/items/").header("vary").contains("Accept"));
    let everyone = open_to("*").request("GET", "/api/items/", &[("Origin", APP)], b"");
    assert!(!everyone.header("vary").contains("Origin"));
}

#[test]
fn no_origin_is_reflected_that_is_not_listed() {
    let server = open_to("https://app.example.org,http://localhost:3000");
    for origin in [
        "null",
        "https://evil.example",
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://app.example.org.evil.example",
        "https://evilapp.example.org",
        "https://sub.app.example.org",
        "https://app.example.org/",
        "https://APP.example.org",
        "https://user@app.example.org",
        "https://app.example.org, https://evil.example",
        "https://app.example.org https://evil.example",
        "https://appxexample.org",
        "http://localhost",
        "http://localhost:30000",
        "file://",
        "*",
        "",
        "https://app.example.org%00.evil.example",
    ] {
        says_nothing(&server.request("GET", "/api/items/", &[("Origin", origin)], b"").is(200));
        says_nothing(&preflight(&server, "/api/items/", origin).is(200));
    }
    for origin in ["https://app.example.org", "http://localhost:3000"] {
        let answer = server.request("GET", "/api/items/", &[("Origin", origin)], b"");
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
}

#[test]
fn a_star_never_comes_with_credentials() {
    let server = open_to("*");
    for headers in [
        &[("Origin", "https://evil.example")][..],
        &[("Origin", "null"), ("Cookie", "socle=x")],
        &[],
    ] {
        for path in ["/", "/api/openapi.json", "/health"] {
            let answer = server.request("GET", path, headers, b"");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
        }
    }
}
