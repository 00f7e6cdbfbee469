//! Other sites that make a browser send requests with its cookie: none of them changes anything.

use serde_json::json;

use crate::client::Answer;
use crate::closed::{Closed, Session, password};

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
fn of_several_cookies_none_is_taken_for_another() {
    let (closed, session) = with_a_row();
    let (name, _) = session.cookie.split_once('=').expect("a cookie");
    let own = own_origin(&closed);
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
