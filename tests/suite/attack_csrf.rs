//! Cross-site request forgery, with a session cookie and against an open server; cookies that imitate the session's.

use serde_json::json;

use crate::client::Answer;
use crate::roles_fixture::ServerWithRoles;
use crate::server::Server;

/// A request with this cookie, as a browser sends it for whoever asks.
fn sent(
    closed: &ServerWithRoles,
    cookie: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let headers = [&[("Cookie", cookie)], headers].concat();
    closed.server.request(method, path, &headers, body)
}

/// A server with a row, and the cookie of its administrator.
fn with_a_row() -> (ServerWithRoles, String) {
    let closed = ServerWithRoles::start();
    closed
        .as_role("editor", "POST", "/api/items/", &json!({"name": "kept"}))
        .is(201);
    let cookie = closed.server.browser_of("admin").cookie;
    (closed, cookie)
}

#[track_caller]
fn nothing_changed(closed: &ServerWithRoles, cookie: &str) {
    assert_eq!(closed.server.column("/api/items/", "name"), ["kept"]);
    assert_eq!(closed.accounts().len(), 4);
    sent(closed, cookie, "GET", "/api/auth/me/", &[], b"").is(200);
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let (closed, cookie) = with_a_row();
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
                    let answer = sent(&closed, &cookie, "POST", &format!("{path}{query}"), &headers, body);
                    assert!(
                        (400..500).contains(&answer.status),
                        "{kind} to {path}{query}: {}",
                        answer.status
                    );
                }
            }
        }
    }
    nothing_changed(&closed, &cookie);
}

#[test]
fn a_form_of_another_site_writes_nothing_on_an_open_server() {
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
            server.request("POST", "/api/items/", &headers, body).is(403);
        }
        // A request without a body needs no Content-Type.
        server.request("POST", "/api/items/", headers, b"").is(403);
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
        server.request("POST", "/api/items/", &headers, b"name=n").is(201);
    }
    // What a page could not send without asking first is not a form's business.
    server
        .request(
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
    named.request("POST", "/api/items/", &headers, b"name=n").is(201);
}

#[test]
fn safe_methods_change_nothing_whatever_headers_ask_for() {
    let (closed, cookie) = with_a_row();
    for method in ["GET", "HEAD", "OPTIONS"] {
        for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
            sent(&closed, &cookie, method, "/api/items/1/", &[(header, "DELETE")], b"").is(200);
        }
        for path in [
            "/api/items/1/?_method=DELETE",
            "/api/items/1/delete",
            "/api/auth/logout/",
            "/api/auth/logout-all/",
            "/api/auth/token/?username=admin",
        ] {
            let answer = sent(&closed, &cookie, method, path, &[], b"");
            assert!(answer.header("set-cookie").is_empty(), "{method} {path}");
        }
    }
    nothing_changed(&closed, &cookie);
}

#[test]
fn an_allowed_origin_uses_tokens_and_never_cookies() {
    let closed = ServerWithRoles::with(|setup| setup.env("CORS_ORIGINS", "https://app.example.org"));
    let cookie = closed.server.browser_of("editor").cookie;
    let origin = ("Origin", "https://app.example.org");
    let json = ("Content-Type", "application/json");
    let by_cookie = sent(
        &closed,
        &cookie,
        "POST",
        "/api/items/",
        &[origin, json],
        b"{\"name\": \"n\"}",
    )
    .is(403);
    assert_eq!(by_cookie.header("access-control-allow-credentials"), "");
    let token = format!("Bearer {}", closed.token("editor"));
    let by_token = closed.server.request(
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

#[test]
fn a_cookie_with_a_similar_name_is_not_the_session() {
    let closed = ServerWithRoles::start();
    let good = closed.server.browser_of("admin").cookie;
    let (name, _) = good.split_once('=').expect("a cookie");
    let own = format!("http://{}", closed.server.address);
    for cookie in [
        format!("{name}=\"\"; x={}", good),
        format!("x{}", good),
        good.to_uppercase(),
        format!("__Host-{}", good),
        format!("__Secure-{}", good),
        format!("{name}%3d{}", good),
    ] {
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Origin", own.as_str()),
            ("Content-Type", "application/json"),
        ];
        closed
            .server
            .request("POST", "/api/items/", &headers, b"{\"name\": \"changed\"}")
            .is(401);
    }
    assert!(closed.server.rows("/api/items/").is_empty());
}

#[test]
fn behind_tls_the_servers_own_origin_is_the_one_the_browser_sees() {
    let closed = ServerWithRoles::with(|setup| setup.env("TRUSTED_PROXIES", "127.0.0.1"));
    let (tls, host) = (("X-Forwarded-Proto", "https"), ("Host", "socle.example"));
    let browser = closed.server.browser_with("editor", &[tls, host]);
    for (origin, status) in [
        ("https://socle.example", 201),
        ("http://socle.example", 403),
        ("https://socle.example:8443", 403),
        ("https://evil.socle.example", 403),
    ] {
        let headers = [tls, host, ("Origin", origin)];
        let answer = browser.request_from(&headers, "POST", "/api/items/", "{\"name\": \"n\"}");
        assert_eq!(answer.status, status, "{origin}: {}", answer.text());
    }
}
