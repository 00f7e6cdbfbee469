//! The audit of accounts: log events, and the rows that administrators read.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, PASSWORD, closed};

#[test]
fn every_event_is_a_row_and_a_log_line_and_none_holds_a_secret() {
    let mut server = closed().env("LOG_FORMAT", "json").start();
    let admin = server.bearer_of(ADMIN);
    let id = server.add_user(&admin, "bob", "editor");
    let path = format!("/api/auth/users/{id}/");
    server
        .request_as(&admin, "PATCH", &path, json!({"role": "viewer"}))
        .is(200);
    server
        .request_as(&admin, "PATCH", &path, json!({"password": "another long password"}))
        .is(200);
    let (token, token_id) = server.add_token(&admin, json!({"name": "ci", "role": "editor"}));
    server
        .request_as(&admin, "DELETE", &format!("/api/auth/tokens/{token_id}/"), Value::Null)
        .is(204);
    server
        .post(
            "/api/auth/login/",
            json!({"username": "bob", "password": "a wrong guess"}),
        )
        .is(400);
    server
        .post(
            "/api/auth/login/",
            json!({"username": "my own pass phrase", "password": "x"}),
        )
        .is(400);
    let browser = server.browser_of(ADMIN);
    browser.request("POST", "/api/auth/logout/", "").is(204);
    server.request_as(&admin, "DELETE", &path, Value::Null).is(204);

    let expected = [
        ["user_removed", ADMIN, "bob", "-"],
        ["sign_out", ADMIN, ADMIN, "-"],
        ["sign_in", ADMIN, ADMIN, "session"],
        ["sign_in_failed", "-", "-", "unknown username"],
        ["sign_in_failed", "-", "bob", "wrong password"],
        ["token_revoked", ADMIN, "token ci", "of ada"],
        ["token_created", ADMIN, "token ci", "role editor"],
        ["password_changed", ADMIN, "bob", "-"],
        ["user_changed", ADMIN, "bob", "role editor to viewer"],
        ["user_added", ADMIN, "bob", "role editor"],
        ["sign_in", ADMIN, ADMIN, "token sign-in"],
        ["user_added", "settings", ADMIN, "role admin"],
    ];
    assert_eq!(server.events(&admin), expected.map(|event| event.map(str::to_owned)));
    let rows = server.get_with(&admin, "/api/auth/audit/?limit=2").is(200).json();
    assert_eq!(rows[0]["address"], "127.0.0.1");
    assert!(
        rows[0]["at"]
            .as_str()
            .is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok())
    );
    let next = format!("/api/auth/audit/?limit=1&before={}", rows[1]["id"]);
    assert_eq!(server.get_with(&admin, &next).is(200).json()[0]["event"], "sign_in");
    for bad in ["limit=0", "limit=1001", "limit=x", "before=x", "page=2"] {
        server.get_with(&admin, &format!("/api/auth/audit/?{bad}")).is(400);
    }

    let said = server.stop().success().output();
    let lines: Vec<Value> = said
        .lines()
        .filter(|line| line.contains("socle::audit"))
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let logged: Vec<_> = lines
        .iter()
        .rev()
        .map(|line| line["event"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(logged, expected.map(|[event, ..]| event));
    let secrets = [
        PASSWORD,
        "another long password",
        "a wrong guess",
        "my own pass phrase",
        &token,
        &admin,
    ];
    let all = format!("{said}{}", server_file(&server.setup.database()));
    for secret in secrets {
        let secret = secret.trim_start_matches("Bearer ");
        assert!(!all.contains(secret), "{secret}");
    }
}

/// Everything that is on the disk, as far as it is text.
fn server_file(path: &std::path::Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).expect("the database")).into_owned()
}
