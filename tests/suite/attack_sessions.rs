//! The cookie of a session: which one counts, and that nobody else can put one of their own in its place.

use serde_json::json;

use crate::closed::{Closed, password};

#[test]
fn of_several_cookies_none_is_taken_for_another() {
    let closed = Closed::start();
    let session = closed.session_of("admin");
    let (name, _) = session.cookie.split_once('=').expect("a cookie");
    let own = format!("http://{}", closed.server.address);
    for cookie in [
        format!("{name}=\"\"; x={}", session.cookie),
        format!("x{}", session.cookie),
        session.cookie.to_uppercase(),
        format!("__Host-{}", session.cookie),
        format!("__Secure-{}", session.cookie),
        format!("{name}%3d{}", session.cookie),
    ] {
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Origin", own.as_str()),
            ("Content-Type", "application/json"),
        ];
        closed
            .server
            .ask("POST", "/api/items/", &headers, b"{\"name\": \"changed\"}")
            .is(401);
    }
    assert!(closed.server.rows("/api/items/").is_empty());
}

#[test]
fn a_session_is_never_the_one_that_the_client_brought() {
    let closed = Closed::start();
    let planted = closed.session_of("viewer");
    let (name, _) = planted.cookie.split_once('=').expect("a cookie");
    let body = json!({"username": "admin", "password": password("admin")}).to_string();
    for cookie in [planted.cookie.clone(), format!("{name}=chosen-by-mallory")] {
        let headers = [("Cookie", cookie.as_str()), ("Content-Type", "application/json")];
        let answer = closed
            .server
            .ask("POST", "/api/auth/login/", &headers, body.as_bytes())
            .is(200);
        let set = answer.header("set-cookie");
        assert!(!set.starts_with(&cookie), "{set}");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        // Whoever planted it holds nothing now.
        closed
            .server
            .ask("GET", "/api/auth/me/", &[("Cookie", &cookie)], b"")
            .is(401);
    }
}

#[test]
fn behind_tls_the_cookie_is_bound_to_its_host_and_to_tls() {
    let closed = Closed::with(|setup| setup.env("TRUSTED_PROXIES", "127.0.0.1"));
    let plain = closed.session_of("editor");
    let tls = ("X-Forwarded-Proto", "https");
    let host = ("Host", "socle.example");
    let kind = ("Content-Type", "application/json");
    let body = json!({"username": "editor", "password": password("editor")}).to_string();
    let answer = closed
        .server
        .ask("POST", "/api/auth/login/", &[tls, host, kind], body.as_bytes())
        .is(200);
    let set = answer.header("set-cookie");
    assert!(
        set.starts_with("__Host-socle=") && set.contains("Secure") && set.contains("Path=/") && !set.contains("Domain"),
        "{set}"
    );
    let cookie = ("Cookie", set.split(';').next().expect("a cookie"));
    closed
        .server
        .ask("GET", "/api/auth/me/", &[tls, host, cookie], b"")
        .is(200);
    // A neighbour under the same domain can set the plain name, which counts for nothing here.
    closed
        .server
        .ask("GET", "/api/auth/me/", &[tls, host, ("Cookie", &plain.cookie)], b"")
        .is(401);
    // The request's own origin is what the browser sees, not what the proxy asks for.
    for (origin, status) in [
        ("https://socle.example", 201),
        ("http://socle.example", 403),
        ("https://socle.example:8443", 403),
        ("https://evil.socle.example", 403),
    ] {
        let headers = [tls, host, cookie, kind, ("Origin", origin)];
        let answer = closed.server.ask("POST", "/api/items/", &headers, b"{\"name\": \"n\"}");
        assert_eq!(answer.status, status, "{origin}: {}", answer.text());
    }
}
