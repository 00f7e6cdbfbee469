//! Protection against cross-site request forgery: which requests with a session cookie count.

use serde_json::json;

use crate::accounts_fixture::{ADMIN, PASSWORD, closed};
use crate::server::Server;

/// Headers that say where a request comes from, and whether it may change something.
fn origins(server: &Server, csrf_token: &str) -> Vec<(Vec<(&'static str, String)>, bool)> {
    let own = format!("http://{}", server.address);
    let of = |pairs: &[(&'static str, &str)]| pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    vec![
        (of(&[]), false),
        (of(&[("Sec-Fetch-Site", "same-origin")]), true),
        (of(&[("Sec-Fetch-Site", "none")]), true),
        (of(&[("Sec-Fetch-Site", "cross-site")]), false),
        (of(&[("Sec-Fetch-Site", "same-site")]), false),
        (
            of(&[("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")]),
            false,
        ),
        (of(&[("Sec-Fetch-Site", "cross-site"), ("Origin", &own)]), false),
        (
            of(&[("Sec-Fetch-Site", "cross-site"), ("X-CSRF-Token", csrf_token)]),
            false,
        ),
        (of(&[("Origin", &own)]), true),
        (of(&[("Origin", &own.replace("http:", "https:"))]), false),
        (of(&[("Origin", "http://evil.example")]), false),
        (of(&[("Origin", &format!("{own}.evil.example"))]), false),
        (of(&[("Origin", "null")]), false),
        (of(&[("Origin", "")]), false),
        (of(&[("Origin", &own), ("Origin", "http://evil.example")]), false),
        (of(&[("Referer", &format!("{own}/"))]), false),
        (of(&[("X-CSRF-Token", csrf_token)]), true),
        (of(&[("X-CSRF-Token", &csrf_token[1..])]), false),
        (of(&[("X-CSRF-Token", "")]), false),
        (
            of(&[("Origin", "http://proxy.internal"), ("X-CSRF-Token", csrf_token)]),
            true,
        ),
        (of(&[("X-Requested-With", "XMLHttpRequest")]), false),
    ]
}

#[test]
fn a_cookie_authorizes_writes_only_from_the_servers_own_pages() {
    let server = closed().start();
    let browser = server.browser_of(ADMIN);
    for (headers, passes) in origins(&server, &browser.csrf_token) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (method, path, body) in [
            ("POST", "/api/items/", "{\"name\": \"n\"}"),
            ("PATCH", "/api/items/1/", "{\"name\": \"m\"}"),
            ("PUT", "/api/items/1/", "{\"name\": \"m\"}"),
            ("DELETE", "/api/items/1000/", ""),
            ("POST", "/api/auth/tokens/", "{\"name\": \"t\", \"role\": \"viewer\"}"),
            ("DELETE", "/api/auth/tokens/1000/", ""),
        ] {
            let answer = browser.request_from(&headers, method, path, body);
            assert_eq!(
                answer.status != 403,
                passes,
                "{headers:?} {method} {path}: {} {}",
                answer.status,
                answer.text()
            );
        }
        // Reading is no danger.
        browser.request_from(&headers, "GET", "/api/auth/me/", "").is(200);
    }
}

#[test]
fn a_form_of_another_site_does_nothing() {
    let server = closed().start();
    let browser = server.browser_of(ADMIN);
    let form = [
        ("Cookie", browser.cookie.as_str()),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "http://evil.example"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
    ];
    let user = format!("username=eve&role=admin&password={}", PASSWORD.replace(' ', "+"));
    server
        .request("POST", "/api/auth/users/", &form, user.as_bytes())
        .is(403);
    server
        .request("POST", "/api/auth/users/1/", &form, b"_method=delete")
        .refused();
    server.request("POST", "/api/auth/logout/", &form, b"").is(403);
    assert_eq!(
        browser.get("/api/auth/users/").is(200).json().as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn the_csrf_token_of_one_session_is_invalid_in_another() {
    let server = closed().start();
    let (one, other) = (server.browser_of(ADMIN), server.browser_of(ADMIN));
    assert_ne!(one.csrf_token, other.csrf_token);
    let headers = [("X-CSRF-Token", one.csrf_token.as_str())];
    other.request_from(&headers, "POST", "/api/auth/logout/", "").is(403);
    one.request_from(&headers, "POST", "/api/auth/logout/", "").is(204);
}

#[test]
fn no_other_site_signs_a_browser_in() {
    let server = closed().start();
    let body = json!({"username": ADMIN, "password": PASSWORD}).to_string();
    let login = |headers: &[(&str, &str)]| {
        let headers = [&[("Content-Type", "application/json")], headers].concat();
        server.request("POST", "/api/auth/login/", &headers, body.as_bytes())
    };
    let own = format!("http://{}", server.address);
    for headers in [
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Site", "same-site")],
        vec![("Origin", "http://evil.example")],
        vec![("Origin", "null")],
    ] {
        let refused = login(&headers).is(403);
        assert_eq!(refused.header("set-cookie"), "", "{headers:?}");
    }
    for headers in [
        vec![],
        vec![("Origin", own.as_str())],
        vec![("Sec-Fetch-Site", "same-origin")],
    ] {
        login(&headers).is(200);
    }
}

#[test]
fn requests_with_a_bearer_token_need_no_csrf_token() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let headers = [
        ("Authorization", admin.as_str()),
        ("Content-Type", "application/json"),
        ("Origin", "http://elsewhere.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    server
        .request("POST", "/api/items/", &headers, b"{\"name\": \"n\"}")
        .is(201);
}
