//! Sessions of browsers: their cookie, and how they end.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, PASSWORD, closed, cookie};
use crate::server::{Server, eventually};

const HOUR: i64 = 3_600_000;

fn milliseconds() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn set_session(server: &Server, column: &str, value: i64) {
    server.sql(&format!("UPDATE _sessions SET {column} = {value}"));
}

#[test]
fn signing_in_sets_a_cookie_that_no_script_and_no_other_site_gets() {
    let server = closed().start();
    let body = json!({"username": ADMIN, "password": PASSWORD});
    let answer = server.post("/api/auth/login/", body.clone()).is(200);
    let header = answer.header("set-cookie");
    for attribute in ["socle=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=1209600"] {
        assert!(header.contains(attribute), "{header}");
    }
    assert!(!header.contains("Secure") && !header.contains("Domain"), "{header}");
    let me = answer.json();
    assert_eq!(
        (&me["username"], &me["via"], &me["token"]),
        (&json!(ADMIN), &json!("session"), &Value::Null)
    );
    assert!(me["csrf_token"].is_string() && !header.contains(me["csrf_token"].as_str().unwrap()));

    let behind_tls = Server::with(|_| closed().env("TRUSTED_PROXIES", "127.0.0.1/32"));
    let headers = [("X-Forwarded-Proto", "https"), ("Content-Type", "application/json")];
    let answer = behind_tls
        .request("POST", "/api/auth/login/", &headers, body.to_string().as_bytes())
        .is(200);
    let header = answer.header("set-cookie");
    assert!(
        header.starts_with("__Host-socle=") && header.contains("Secure"),
        "{header}"
    );
    // Who asks without TLS cannot use that one, and behind TLS a neighbour's cookie without the prefix counts for nothing.
    let cookie = cookie(&answer);
    let secret = cookie.split_once('=').expect("a value").1;
    let me = |cookie: &str, proto: &str| {
        let headers = [("Cookie", cookie), ("X-Forwarded-Proto", proto)];
        behind_tls.request("GET", "/api/auth/me/", &headers, b"").status
    };
    assert_eq!(me(&cookie, "https"), 200);
    assert_eq!(me(&cookie, "http"), 401);
    assert_eq!(me(&format!("socle={secret}"), "https"), 401);
}

#[test]
fn a_session_signs_requests_until_it_is_signed_out() {
    let server = closed().start();
    let (one, other) = (server.browser_of(ADMIN), server.browser_of(ADMIN));
    assert_ne!(one.cookie, other.cookie);
    assert_eq!(one.get("/api/auth/me/").is(200).json()["username"], ADMIN);
    let out = one.request("POST", "/api/auth/logout/", "").is(204);
    assert!(
        out.header("set-cookie").contains("Max-Age=0"),
        "{}",
        out.header("set-cookie")
    );
    one.get("/api/auth/me/").is(401);
    other.get("/api/auth/me/").is(200);
    let third = server.browser_of(ADMIN);
    third.request("POST", "/api/auth/logout-all/", "").is(204);
    for browser in [&other, &third] {
        browser.get("/api/auth/me/").is(401);
    }
    let bearer = server.bearer_of(ADMIN);
    server
        .request_as(&bearer, "POST", "/api/auth/logout/", Value::Null)
        .is(400);
}

#[test]
fn a_dead_cookie_is_401_everywhere_and_taken_away() {
    let server = closed().start();
    let browser = server.browser_of(ADMIN);
    browser.request("POST", "/api/auth/logout/", "").is(204);
    for cookie in [browser.cookie.as_str(), "socle=", "socle=nonsense", "socle=' OR 1=1 --"] {
        for path in ["/api/items/", "/api/", "/api/auth/me/", "/api/openapi.json"] {
            let refused = server.request("GET", path, &[("Cookie", cookie)], b"").is(401);
            let header = refused.header("set-cookie");
            assert!(
                header.starts_with("socle=;") && header.contains("Max-Age=0"),
                "{cookie} {path}: {header}"
            );
        }
        server
            .request("GET", "/", &[("Cookie", cookie), ("Accept", "text/html")], b"")
            .is(200);
        server.request("GET", "/health", &[("Cookie", cookie)], b"").is(200);
    }
    // The next sign-in works with the dead cookie still there.
    server
        .browser_with(ADMIN, &[("Cookie", &browser.cookie)])
        .get("/api/auth/me/")
        .is(200);
}

#[test]
fn a_session_cannot_be_fixed_by_an_attacker() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.add_user(&admin, "mallory", "viewer");
    let planted = server.browser_of("mallory");
    // The victim signs in with the cookie of somebody else, or with one that somebody made up.
    for before in [
        planted.cookie.as_str(),
        "socle=chosenchosenchosenchosenchosenchosenchosench",
    ] {
        let victim = server.browser_with(ADMIN, &[("Cookie", before)]);
        assert_ne!(victim.cookie, before);
        assert_eq!(victim.get("/api/auth/me/").is(200).json()["username"], ADMIN);
        server
            .request("GET", "/api/auth/me/", &[("Cookie", before)], b"")
            .is(401);
    }
}

#[test]
fn a_session_ends_when_it_is_not_used_and_in_any_case_after_two_weeks() {
    let server = closed().start();
    let browser = server.browser_of(ADMIN);
    set_session(&server, "seen_at", milliseconds() - 11 * HOUR);
    browser.get("/api/auth/me/").is(200);
    // Its use is written down: it slides.
    eventually("the session was seen", || {
        let seen = server.query_integer("SELECT seen_at FROM _sessions");
        (seen > milliseconds() - HOUR).then_some(())
    });
    set_session(&server, "seen_at", milliseconds() - 13 * HOUR);
    browser.get("/api/auth/me/").is(401);
    set_session(&server, "seen_at", milliseconds());
    browser.get("/api/auth/me/").is(200);
    set_session(&server, "ends_at", milliseconds() - 1);
    browser.get("/api/auth/me/").is(401);
    let again = server.browser_of(ADMIN);
    let length = server.query_integer("SELECT ends_at - created_at FROM _sessions");
    assert_eq!(length, 14 * 24 * HOUR);
    again.get("/api/auth/me/").is(200);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let server = closed().start();
    let (here, elsewhere) = (server.browser_of(ADMIN), server.browser_of(ADMIN));
    let change = |old: &str, new: &str| {
        let body = json!({"old_password": old, "new_password": new}).to_string();
        here.request("POST", "/api/auth/password/", &body)
    };
    let wrong = change("not this one", "another long password").is(400).json();
    assert_eq!(wrong, json!({"old_password": ["Wrong password."]}));
    let weak = change(PASSWORD, "password").is(400).json();
    assert!(
        weak["new_password"][0]
            .as_str()
            .is_some_and(|said| said.contains("common")),
        "{weak}"
    );
    elsewhere.get("/api/auth/me/").is(200);
    change(PASSWORD, "another long password").is(204);
    here.get("/api/auth/me/").is(200);
    elsewhere.get("/api/auth/me/").is(401);
    let old = json!({"username": ADMIN, "password": PASSWORD});
    server.post("/api/auth/login/", old).is(400);
    let new = json!({"username": ADMIN, "password": "another long password"});
    server.post("/api/auth/login/", new).is(200);
}

#[test]
fn a_password_that_an_administrator_sets_ends_the_accounts_sessions() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let id = server.add_user(&admin, "bob", "editor");
    let bob = server.browser_of("bob");
    let other = server.browser_of(ADMIN);
    let change = json!({"password": "another long password"});
    server
        .request_as(&admin, "PATCH", &format!("/api/auth/users/{id}/"), change)
        .is(200);
    bob.get("/api/auth/me/").is(401);
    other.get("/api/auth/me/").is(200);
}

#[test]
fn the_header_wins_over_the_cookie() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.add_user(&admin, "bob", "viewer");
    let (browser, bob) = (server.browser_of(ADMIN), server.bearer_of("bob"));
    let me = browser
        .request_from(&[("Authorization", &bob)], "GET", "/api/auth/me/", "")
        .is(200);
    assert_eq!(me.json()["username"], "bob");
    browser
        .request_from(&[("Authorization", "Bearer nonsense")], "GET", "/api/auth/me/", "")
        .is(401);
    let dead = [("Authorization", bob.as_str()), ("Cookie", "socle=dead")];
    server.request("GET", "/api/auth/me/", &dead, b"").is(200);
    // A cookie is no header, and a token no cookie.
    let secret = browser.cookie.trim_start_matches("socle=");
    server.get_with(&format!("Bearer {secret}"), "/api/auth/me/").is(401);
    let token = format!("socle={}", bob.trim_start_matches("Bearer "));
    server
        .request("GET", "/api/auth/me/", &[("Cookie", &token)], b"")
        .is(401);
}

#[test]
fn an_account_has_only_so_many_sessions() {
    let server = closed().start();
    let first = server.browser_of(ADMIN);
    server.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
             INSERT INTO _sessions (hash, user_id, created_at, seen_at, ends_at)
             SELECT randomblob(32), user_id, created_at, seen_at, ends_at FROM _sessions, n",
    );
    let last = server.browser_of(ADMIN);
    assert_eq!(server.query_integer("SELECT count(*) FROM _sessions"), 50);
    first.get("/api/auth/me/").is(401);
    last.get("/api/auth/me/").is(200);
}
