//! Invalid, altered, misplaced and foreign credentials: each is answered 401 everywhere and changes nothing.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::roles_fixture::ServerWithRoles;
use crate::server::Server;

/// One request for each kind of guarded address: public rows, writing, what needs a role, and what describes the rest.
const ADDRESSES: [(&str, &str); 14] = [
    ("GET", "/api/"),
    ("GET", "/api/items/"),
    ("GET", "/api/items/1/"),
    ("GET", "/api/none/"),
    ("HEAD", "/api/items/"),
    ("OPTIONS", "/api/items/"),
    ("GET", "/api/openapi.json"),
    ("POST", "/api/items/"),
    ("PATCH", "/api/items/1/"),
    ("DELETE", "/api/items/1/"),
    ("GET", "/api/auth/me/"),
    ("GET", "/api/auth/users/"),
    ("GET", "/api/auth/tokens/"),
    ("GET", "/api/auth/audit/"),
];

fn with_a_row() -> ServerWithRoles {
    let closed = ServerWithRoles::start();
    closed
        .as_role("editor", "POST", "/api/items/", &json!({"name": "kept"}))
        .is(201);
    closed
}

fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut headers = headers.to_vec();
    let mut body = &b""[..];
    if matches!(method, "POST" | "PATCH") {
        headers.push(("Content-Type", "application/json"));
        body = b"{\"name\": \"changed\"}";
    }
    server.request(method, path, &headers, body)
}

/// Asserts that these headers are refused everywhere, and that nothing has changed.
#[track_caller]
fn refused_everywhere(closed: &ServerWithRoles, headers: &[(&str, &str)]) {
    for (method, path) in ADDRESSES {
        let answer = ask(&closed.server, method, path, headers);
        assert_eq!(
            answer.status,
            401,
            "{method} {path} with {headers:?}: {}",
            answer.text()
        );
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer realm=\"socle\""), "{challenge}");
        assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
        for (_, value) in headers {
            let secret = value.rsplit([' ', '=']).next().unwrap_or_default();
            assert!(
                secret.len() < 20 || !answer.text().contains(secret),
                "{}",
                answer.text()
            );
        }
    }
    assert_eq!(closed.server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn a_valid_token_in_a_malformed_header_is_refused_everywhere() {
    let closed = with_a_row();
    let good = closed.token("admin").to_owned();
    for value in [
        "".to_owned(),
        good.clone(),
        format!("Basic {good}"),
        format!("Digest {good}"),
        format!("Token: {good}"),
        format!("Token={good}"),
        format!("Token {good} {good}"),
        format!("Token {good},"),
        format!("Token {good}, Basic x"),
        format!("Token \"{good}\""),
        format!("TokenBearer {good}"),
        format!("Token Bearer {good}"),
        format!("Token {}", "x".repeat(100_000)),
    ] {
        refused_everywhere(&closed, &[("Authorization", &value)]);
    }
    let doubled = format!("Token {good}");
    refused_everywhere(
        &closed,
        &[("Authorization", &doubled), ("Authorization", "Token socle_x")],
    );
}

#[test]
fn an_altered_token_is_refused_everywhere() {
    let closed = with_a_row();
    let good = closed.token("admin").to_owned();
    let (last, rest) = (good.chars().last().expect("a character"), &good[..good.len() - 1]);
    let other = if last == 'A' { 'B' } else { 'A' };
    for value in [
        rest.to_owned(),
        format!("{rest}{other}"),
        format!("{good}A"),
        format!("{good}="),
        good.to_uppercase(),
        good.trim_start_matches("socle_").to_owned(),
        good.replace("socle_", "Socle_"),
        format!("socle_{good}"),
        sha256_in_hex(&good),
    ] {
        refused_everywhere(&closed, &[("Authorization", &format!("Token {value}"))]);
    }
}

fn sha256_in_hex(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn tokens_and_cookies_are_not_interchangeable() {
    let closed = with_a_row();
    let browser = closed.server.browser_of("admin");
    let (name, secret) = browser.cookie.split_once('=').expect("a cookie");
    refused_everywhere(&closed, &[("Authorization", &format!("Token {secret}"))]);
    refused_everywhere(&closed, &[("Cookie", &format!("{name}={}", closed.token("admin")))]);
    refused_everywhere(&closed, &[("Authorization", &format!("Bearer {}", browser.csrf_token))]);
    refused_everywhere(&closed, &[("Cookie", &format!("{name}={}", browser.csrf_token))]);
    // A bad header is not mended by a good cookie.
    refused_everywhere(
        &closed,
        &[("Authorization", "Token socle_x"), ("Cookie", &browser.cookie)],
    );
}

#[test]
fn the_tokens_and_sessions_of_a_deleted_account_are_refused() {
    let closed = with_a_row();
    let (token, cookie) = (closed.token("editor"), closed.server.browser_of("editor").cookie);
    let path = format!("/api/auth/users/{}/", closed.id_of("editor"));
    closed.as_role("admin", "DELETE", &path, &Value::Null).is(204);
    refused_everywhere(&closed, &[("Authorization", &format!("Token {token}"))]);
    refused_everywhere(&closed, &[("Cookie", &cookie)]);
    // Another account of that name is another account.
    let again = json!({"username": "editor", "password": "another long password", "role": "editor"});
    closed.as_role("admin", "POST", "/api/auth/users/", &again).is(201);
    refused_everywhere(&closed, &[("Authorization", &format!("Token {token}"))]);
    refused_everywhere(&closed, &[("Cookie", &cookie)]);
}

#[test]
fn without_a_credential_only_what_is_public_is_answered() {
    let closed = with_a_row();
    for (method, path, status) in [
        ("GET", "/api/items/1/", 200),
        ("POST", "/api/items/", 401),
        ("PUT", "/api/items/1/", 401),
        ("PATCH", "/api/items/1/", 401),
        ("DELETE", "/api/items/1/", 401),
        ("GET", "/api/auth/me/", 401),
        ("GET", "/api/auth/users/", 401),
        ("GET", "/api/auth/users/1/", 401),
        ("PATCH", "/api/auth/users/1/", 401),
        ("DELETE", "/api/auth/users/1/", 401),
        ("GET", "/api/auth/tokens/", 401),
        ("POST", "/api/auth/tokens/", 401),
        ("DELETE", "/api/auth/tokens/1/", 401),
        ("GET", "/api/auth/audit/", 401),
        ("POST", "/api/auth/logout/", 401),
        ("POST", "/api/auth/logout-all/", 401),
        ("POST", "/api/auth/password/", 401),
    ] {
        ask(&closed.server, method, path, &[]).is(status);
        // Nor does it help to say who one is in words that a proxy might use.
        for header in [
            "X-Remote-User",
            "X-Forwarded-User",
            "X-User",
            "Remote-User",
            "X-API-Key",
            "From",
        ] {
            ask(&closed.server, method, path, &[(header, "admin")]).is(status);
        }
        ask(
            &closed.server,
            method,
            &format!("{path}?token={}", closed.token("admin")),
            &[],
        )
        .refused();
    }
    assert_eq!(closed.server.column("/api/items/", "name"), ["kept"]);
}
