//! Other sites that make a browser send requests with its cookie: none of them changes anything.

use serde_json::json;

use crate::client::Answer;
use crate::closed::{Closed, Session, password};
use crate::server::Server;

type Headers<'a> = &'a [(&'a str, &'a str)];

/// A request as a browser that is signed in sends it for somebody.
fn sent(closed: &Closed, session: &Session, method: &str, path: &str, headers: Headers<'_>, body: &[u8]) -> Answer {
    let mut all = vec![("Cookie", session.cookie.as_str())];
    all.extend_from_slice(headers);
    closed.server.ask(method, path, &all, body)
}

fn own_origin(closed: &Closed) -> String {
    format!("http://{}", closed.server.address)
}

fn with_a_row() -> (Closed, Session) {
    let closed = Closed::start();
    closed
        .as_role("editor", "POST", "/api/items/", &json!({"name": "kept"}))
        .is(201);
    let session = closed.session_of("admin");
    (closed, session)
}

/// Every unsafe request that there is, as one that would succeed from the pages.
const UNSAFE: [(&str, &str, &[u8]); 8] = [
    ("POST", "/api/items/", b"{\"name\": \"changed\"}"),
    ("PUT", "/api/items/1/", b"{\"name\": \"changed\"}"),
    ("PATCH", "/api/items/1/", b"{\"name\": \"changed\"}"),
    ("DELETE", "/api/items/1/", b""),
    ("POST", "/api/auth/tokens/", b"{\"name\": \"stolen\"}"),
    (
        "POST",
        "/api/auth/users/",
        b"{\"username\": \"mallory\", \"password\": \"a password of mallory\", \"role\": \"admin\"}",
    ),
    ("POST", "/api/auth/logout/", b""),
    ("POST", "/api/auth/logout-all/", b""),
];

#[track_caller]
fn nothing_changed(closed: &Closed, session: &Session) {
    assert_eq!(closed.server.column("/api/items/", "name"), ["kept"]);
    assert_eq!(closed.accounts().len(), 4);
    sent(closed, session, "GET", "/api/auth/me/", &[], b"").is(200);
}

#[test]
fn a_request_from_another_origin_changes_nothing() {
    let (closed, session) = with_a_row();
    let own = own_origin(&closed);
    let token = session.csrf_token.as_str();
    let (behind, before) = (format!("{own}.evil.example"), own.replace("http://", "http://evil."));
    let (other_port, with_tls) = ("http://127.0.0.1:1".to_owned(), own.replace("http:", "https:"));
    let with_user = own.replace("http://", "http://user@");
    let mut attempts: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Site", "same-site")],
        vec![("Sec-Fetch-Site", "cross-site"), ("Origin", &own)],
        vec![("Sec-Fetch-Site", "same-site"), ("X-CSRF-Token", token)],
        vec![("Sec-Fetch-Site", "cross-site"), ("X-CSRF-Token", token)],
        vec![("Sec-Fetch-Site", "nonsense")],
        vec![("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")],
        vec![("Referer", &own)],
        vec![("X-Requested-With", "XMLHttpRequest")],
        vec![("X-CSRF-Token", "")],
        vec![("X-CSRF-Token", "x")],
        vec![("X-CSRFToken", token)],
        vec![("Origin", "null")],
        vec![("Origin", "")],
        vec![("Origin", &own), ("Origin", "https://evil.example")],
        vec![("Origin", "https://evil.example"), ("Host", "evil.example")],
    ];
    for origin in [
        "https://evil.example",
        &behind,
        &before,
        &other_port,
        &with_tls,
        &with_user,
    ] {
        attempts.push(vec![("Origin", origin)]);
    }
    for headers in attempts {
        for (method, path, body) in UNSAFE {
            let mut headers = headers.clone();
            headers.push(("Content-Type", "application/json"));
            let answer = sent(&closed, &session, method, path, &headers, body);
            assert_eq!(answer.status, 403, "{method} {path} {headers:?}: {}", answer.text());
        }
    }
    nothing_changed(&closed, &session);
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let (closed, session) = with_a_row();
    for origin in [&[("Origin", "https://evil.example")][..], &[("Origin", "null")], &[]] {
        for (kind, body) in [
            ("application/x-www-form-urlencoded", &b"name=changed"[..]),
            ("application/x-www-form-urlencoded", b"_method=DELETE&name=changed"),
            ("application/x-www-form-urlencoded", b"_method=PATCH"),
            (
                "multipart/form-data; boundary=b",
                b"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nchanged\r\n--b--\r\n",
            ),
            ("text/plain", b"{\"name\": \"changed\"}"),
            ("text/plain", b"{\"name\": \"changed\", \"x\": \"=\"}"),
        ] {
            for path in [
                "/api/items/",
                "/api/items/1/",
                "/api/auth/users/",
                "/api/auth/logout-all/",
            ] {
                for query in ["", "?_method=DELETE", "?csrf_token=x"] {
                    let mut headers = origin.to_vec();
                    headers.push(("Content-Type", kind));
                    let answer = sent(&closed, &session, "POST", &format!("{path}{query}"), &headers, body);
                    assert!(
                        (400..500).contains(&answer.status),
                        "{kind} to {path}{query}: {}",
                        answer.status
                    );
                }
            }
        }
    }
    nothing_changed(&closed, &session);
}

#[test]
fn a_form_of_another_site_writes_nothing_while_all_may_write() {
    let server = Server::start();
    let own = format!("http://{}", server.address);
    let json = ("Content-Type", "application/json");
    let forms = [
        ("application/x-www-form-urlencoded", &b"name=changed"[..]),
        ("application/x-www-form-urlencoded; charset=utf-8", b"name=changed"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nchanged\r\n--b--\r\n",
        ),
        ("text/plain", b"{\"name\": \"changed\"}"),
    ];
    for headers in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", &own)],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", &own), ("Origin", "https://evil.example")],
        &[("Origin", &format!("{own}.evil.example"))],
    ] {
        for (kind, body) in forms {
            let mut headers = headers.to_vec();
            headers.push(("Content-Type", kind));
            server.ask("POST", "/api/items/", &headers, body).is(403);
        }
        // A request without a body needs no Content-Type.
        server.ask("POST", "/api/items/", headers, b"").is(403);
    }
    assert!(server.rows("/api/items/").is_empty());
    for headers in [
        &[][..],
        &[("Origin", own.as_str())],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://behind.a.proxy")],
        &[("Sec-Fetch-Site", "none")],
    ] {
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        server.ask("POST", "/api/items/", &headers, b"name=n").is(201);
    }
    // What a page could not send without asking first is not a form's business.
    server
        .ask(
            "POST",
            "/api/items/",
            &[("Origin", "https://evil.example"), json],
            b"{\"name\": \"n\"}",
        )
        .is(201);
    let named = Server::with(|setup| setup.env("CORS_ORIGINS", "https://app.example.org"));
    let headers = [
        ("Origin", "https://app.example.org"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    named.ask("POST", "/api/items/", &headers, b"name=n").is(201);
}

#[test]
fn a_safe_method_changes_nothing_whatever_it_says() {
    let (closed, session) = with_a_row();
    for method in ["GET", "HEAD", "OPTIONS"] {
        for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
            sent(&closed, &session, method, "/api/items/1/", &[(header, "DELETE")], b"").is(200);
        }
        for path in [
            "/api/items/1/?_method=DELETE",
            "/api/items/1/delete",
            "/api/auth/logout/",
            "/api/auth/logout-all/",
            "/api/auth/token/?username=admin",
        ] {
            let answer = sent(&closed, &session, method, path, &[], b"");
            assert!(answer.header("set-cookie").is_empty(), "{method} {path}");
        }
    }
    nothing_changed(&closed, &session);
}

#[test]
fn the_pages_own_requests_pass() {
    let (closed, session) = with_a_row();
    let (own, token) = (own_origin(&closed), session.csrf_token.as_str());
    for headers in [
        &[("Sec-Fetch-Site", "same-origin")][..],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", &own)],
        &[("Origin", &own)],
        &[("X-CSRF-Token", token)],
    ] {
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/json"));
        sent(
            &closed,
            &session,
            "POST",
            "/api/items/",
            &headers,
            b"{\"name\": \"more\"}",
        )
        .is(201);
    }
}

#[test]
fn a_csrf_token_counts_only_with_the_session_it_belongs_to() {
    let (closed, session) = with_a_row();
    let other = closed.session_of("admin");
    let stolen = [
        ("X-CSRF-Token", other.csrf_token.as_str()),
        ("Content-Type", "application/json"),
    ];
    sent(
        &closed,
        &session,
        "POST",
        "/api/items/",
        &stolen,
        b"{\"name\": \"changed\"}",
    )
    .is(403);
    // Without its cookie it says nothing of who asks.
    closed
        .server
        .ask(
            "POST",
            "/api/items/",
            &[stolen[0], stolen[1]],
            b"{\"name\": \"changed\"}",
        )
        .is(401);
    nothing_changed(&closed, &session);
}

#[test]
fn no_other_site_signs_a_browser_in() {
    let closed = Closed::start();
    let body = json!({"username": "viewer", "password": password("viewer")}).to_string();
    for headers in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
    ] {
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/json"));
        let answer = closed
            .server
            .ask("POST", "/api/auth/login/", &headers, body.as_bytes())
            .is(403);
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[test]
fn an_allowed_origin_uses_tokens_and_never_cookies() {
    let closed = Closed::with(|setup| setup.env("CORS_ORIGINS", "https://app.example.org"));
    let session = closed.session_of("editor");
    let origin = ("Origin", "https://app.example.org");
    let json = ("Content-Type", "application/json");
    let by_cookie = sent(
        &closed,
        &session,
        "POST",
        "/api/items/",
        &[origin, json],
        b"{\"name\": \"n\"}",
    )
    .is(403);
    assert_eq!(by_cookie.header("access-control-allow-credentials"), "");
    let token = format!("Bearer {}", closed.token("editor"));
    let by_token = closed.server.ask(
        "POST",
        "/api/items/",
        &[origin, json, ("Authorization", &token)],
        b"{\"name\": \"n\"}",
    );
    assert_eq!(
        by_token.is(201).header("access-control-allow-origin"),
        "https://app.example.org"
    );
}
