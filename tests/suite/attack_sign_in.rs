//! Guessed and malformed credentials, and places where secrets could leak.

use serde_json::{Value, json};

use crate::accounts_fixture::PASSWORD;
use crate::client::Answer;
use crate::roles_fixture::ServerWithRoles;

fn try_it(closed: &ServerWithRoles, path: &str, username: &str, password: &str) -> Answer {
    closed
        .server
        .post(path, json!({"username": username, "password": password}))
}

#[test]
fn unknown_usernames_are_throttled_like_known_ones() {
    let closed = ServerWithRoles::start();
    let until_held = |name: &str| {
        (0..50)
            .position(|n| try_it(&closed, "/api/auth/token/", name, &format!("guess number {n}")).status == 429)
            .expect("guessing is held up")
    };
    assert_eq!(until_held("editor"), until_held("nobody"));
}

#[test]
fn malformed_credentials_are_refused_before_they_are_checked() {
    let closed = ServerWithRoles::start();
    for body in [
        json!({"username": {"$ne": null}, "password": {"$ne": null}}),
        json!({"username": ["editor"], "password": [PASSWORD]}),
        json!({"username": "editor", "password": true}),
        json!({"username": "editor", "password": null}),
        json!({"username": "editor", "password": ""}),
        json!({"username": "editor"}),
        json!([{"username": "editor", "password": PASSWORD}]),
        json!("editor"),
        json!({"username": "editor", "password": "x".repeat(900_000)}),
        json!({"username": "x".repeat(900_000), "password": "x"}),
    ] {
        for path in ["/api/auth/token/", "/api/auth/login/"] {
            let shown = body.to_string();
            let answer = closed.server.post(path, body.clone());
            assert_eq!(answer.status, 400, "{path} {:.80}: {:.200}", shown, answer.text());
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
}

#[test]
fn secrets_appear_in_no_log_audit_or_database_file() {
    let mut closed = ServerWithRoles::with(|setup| setup.env("LOG_LEVEL", "trace"));
    try_it(&closed, "/api/auth/token/", "editor", "a secret that was mistyped").is(400);
    try_it(&closed, "/api/auth/token/", "a secret in the wrong field", "x").is(400);
    let browser = closed.server.browser_of("editor");
    let (cookie, csrf_token) = (browser.cookie, browser.csrf_token);
    let audit = closed
        .as_role("admin", "GET", "/api/auth/audit/", &Value::Null)
        .is(200)
        .text();
    let (_, secret) = cookie.split_once('=').expect("a cookie");
    let secrets = [
        PASSWORD,
        "a secret that was mistyped",
        "a secret in the wrong field",
        secret,
        closed.token("admin"),
        &csrf_token,
    ]
    .map(str::to_owned);
    let said = closed.server.stop().success().output();
    let database = std::fs::read(closed.server.setup.database()).expect("the database");
    for secret in secrets {
        assert!(!audit.contains(&secret), "{audit}");
        assert!(!said.contains(&secret), "the log has {secret}");
        let bytes = secret.as_bytes();
        assert!(
            !database.windows(bytes.len()).any(|window| window == bytes),
            "the database has {secret}"
        );
    }
}
