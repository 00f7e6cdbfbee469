//! Tokens: their rights, how they end, and which are refused.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, PASSWORD, bearer, closed};
use crate::server::{Server, eventually};

/// Credentials that are none. What is good about each is good only elsewhere.
const BAD: [&str; 12] = [
    "Bearer",
    "Token ",
    "Bearer x",
    "Bearer socle_",
    "Bearer socle_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "Token two words",
    "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==",
    "Digest username=\"ada\"",
    "socle_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "Bearer ' OR 1=1 --",
    "Bearer null",
    "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.",
];

#[test]
fn a_token_for_a_password_is_given_as_django_rest_framework_gives_it() {
    let server = closed().start();
    let answer = server
        .post("/api/auth/token/", json!({"username": ADMIN, "password": PASSWORD}))
        .is(200);
    assert!(answer.header("cache-control").contains("no-store"));
    let body = answer.json();
    let token = body["token"].as_str().expect("a token");
    assert!(token.starts_with("socle_") && token.len() == 6 + 43, "{token}");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(1));
    for scheme in ["Token", "Bearer", "bearer", "TOKEN"] {
        let me = server
            .get_with(&format!("{scheme} {token}"), "/api/auth/me/")
            .is(200)
            .json();
        assert_eq!(me["username"], ADMIN);
        assert_eq!((&me["role"], &me["via"]), (&json!("admin"), &json!("token")));
        assert_eq!(me["token"], json!({"id": 1, "name": "sign-in"}));
    }
    let wrong = server
        .post("/api/auth/token/", json!({"username": ADMIN, "password": "wrong"}))
        .is(400);
    assert_eq!(
        wrong.json(),
        json!({"non_field_errors": ["Unable to log in with provided credentials."]})
    );
    let missing = server.post("/api/auth/token/", json!({"username": ADMIN})).is(400);
    assert_eq!(missing.json(), json!({"password": ["This field is required."]}));
}

#[test]
fn a_bad_credential_is_401_everywhere_also_where_strangers_may_read() {
    for server in [Server::start(), closed().start()] {
        for bad in BAD {
            for (method, path) in [
                ("GET", "/api/"),
                ("GET", "/api/items/"),
                ("GET", "/api/items/1/"),
                ("OPTIONS", "/api/items/"),
                ("HEAD", "/api/items/"),
                ("GET", "/api/openapi.json"),
                ("POST", "/api/items/"),
                ("DELETE", "/api/items/1/"),
                ("GET", "/api/auth/me/"),
                ("GET", "/api/auth/users/"),
                ("GET", "/api/nothing/"),
            ] {
                let refused = server.request_as(bad, method, path, Value::Null);
                assert_eq!(refused.status, 401, "{bad} {method} {path}: {}", refused.text());
                assert!(
                    refused.header("www-authenticate").starts_with("Bearer realm=\"socle\""),
                    "{bad}"
                );
                assert!(!refused.text().contains("socle_A"), "{}", refused.text());
            }
            // Where credentials are not looked at.
            for path in ["/livez", "/health", "/"] {
                server.get_with(bad, path).is(200);
            }
        }
        let twice = [("Authorization", "Bearer a"), ("Authorization", "Bearer b")];
        server.request("GET", "/api/items/", &twice, b"").is(401);
    }
}

#[test]
fn a_token_of_another_server_is_refused() {
    let (one, other) = (closed().start(), closed().start());
    let token = one.bearer_of(ADMIN);
    one.get_with(&token, "/api/auth/me/").is(200);
    other.get_with(&token, "/api/auth/me/").is(401);
}

#[test]
fn tokens_are_made_listed_and_revoked_by_their_owners() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.add_user(&admin, "bob", "editor");
    let bob = server.bearer_of("bob");
    let made = server
        .request_as(
            &bob,
            "POST",
            "/api/auth/tokens/",
            json!({"name": "script", "role": "viewer", "expires": "90d"}),
        )
        .is(201);
    let script = bearer(&made);
    let made = made.json();
    assert_eq!(
        (&made["name"], &made["role"], &made["username"]),
        (&json!("script"), &json!("viewer"), &json!("bob"))
    );
    assert!(made["expires_at"].is_string() && made["last_used_at"].is_null());
    let listed = server.get_with(&bob, "/api/auth/tokens/").is(200).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(listed[0]["id"], made["id"]);
    assert!(!listed.to_string().contains("socle_"), "{listed}");
    let all = server.get_with(&admin, "/api/auth/tokens/?all=true").is(200).json();
    assert_eq!(all.as_array().map(Vec::len), Some(3));
    // Somebody else's token is not there, unless one is an administrator.
    server
        .request_as(&bob, "DELETE", "/api/auth/tokens/1/", Value::Null)
        .is(404);
    let path = format!("/api/auth/tokens/{}/", made["id"]);
    server.get_with(&script, "/api/auth/me/").is(200);
    server.request_as(&admin, "DELETE", &path, Value::Null).is(204);
    let refused = server.get_with(&script, "/api/auth/me/").is(401);
    assert!(refused.text().contains("revoked"), "{}", refused.text());
    let listed = server.get_with(&bob, "/api/auth/tokens/").is(200).json();
    assert!(listed[0]["revoked_at"].is_string(), "{listed}");
}

#[test]
fn a_token_has_at_most_the_right_of_its_maker() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    for (own, refused, taken) in [
        ("viewer", vec!["worker", "editor", "admin"], vec!["viewer"]),
        ("worker", vec!["editor", "admin"], vec!["viewer", "worker"]),
        ("editor", vec!["worker", "admin"], vec!["viewer", "editor"]),
        ("admin", vec![], vec!["viewer", "worker", "editor", "admin"]),
    ] {
        server.add_user(&admin, own, own);
        let maker = server.bearer_of(own);
        for role in refused {
            let body = json!({"name": "more", "role": role});
            let said = server
                .request_as(&maker, "POST", "/api/auth/tokens/", body)
                .is(400)
                .json();
            assert!(
                said["role"][0].is_string(),
                "{own} made a token with the role {role}: {said}"
            );
        }
        for role in taken {
            let (token, _) = server.add_token(&maker, json!({"name": role, "role": role}));
            assert_eq!(server.get_with(&token, "/api/auth/me/").is(200).json()["role"], role);
        }
        let (token, _) = server.add_token(&maker, json!({"name": "as I am"}));
        assert_eq!(server.get_with(&token, "/api/auth/me/").is(200).json()["role"], own);
    }
    // A lesser token of an administrator makes no greater one, and administers nothing.
    let (lesser, _) = server.add_token(&admin, json!({"name": "lesser", "role": "viewer"}));
    let body = json!({"name": "greater", "role": "admin"});
    server.request_as(&lesser, "POST", "/api/auth/tokens/", body).is(400);
    server.get_with(&lesser, "/api/auth/users/").is(403);
}

#[test]
fn a_token_follows_its_owner_down_and_ends_with_the_account() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let id = server.add_user(&admin, "bob", "admin");
    let path = format!("/api/auth/users/{id}/");
    let bob = server.bearer_of("bob");
    server.get_with(&bob, "/api/auth/users/").is(200);
    for (role, shown) in [
        ("editor", "editor"),
        ("viewer", "viewer"),
        ("worker", "worker"),
        ("admin", "admin"),
    ] {
        server.request_as(&admin, "PATCH", &path, json!({"role": role})).is(200);
        assert_eq!(server.get_with(&bob, "/api/auth/me/").is(200).json()["role"], shown);
    }
    // What a worker and an editor share is reading.
    let (editor, _) = server.add_token(&bob, json!({"name": "editor", "role": "editor"}));
    server
        .request_as(&admin, "PATCH", &path, json!({"role": "worker"}))
        .is(200);
    assert_eq!(server.get_with(&editor, "/api/auth/me/").json()["role"], "viewer");
    server.request_as(&admin, "DELETE", &path, Value::Null).is(204);
    for token in [bob, editor] {
        server.get_with(&token, "/api/items/").is(401);
    }
}

#[test]
fn a_revoked_token_is_refused_at_once_by_another_process_on_the_same_file() {
    let one = closed().start();
    let other = one.setup.start();
    let admin = one.bearer_of(ADMIN);
    for round in 0..20 {
        let (token, id) = one.add_token(&admin, json!({"name": format!("round {round}"), "role": "viewer"}));
        other.get_with(&token, "/api/auth/me/").is(200);
        one.request_as(&admin, "DELETE", &format!("/api/auth/tokens/{id}/"), Value::Null)
            .is(204);
        other.get_with(&token, "/api/auth/me/").is(401);
        other.get_with(&token, "/api/items/").is(401);
    }
    let id = one.add_user(&admin, "bob", "admin");
    let bob = other.bearer_of("bob");
    one.request_as(
        &admin,
        "PATCH",
        &format!("/api/auth/users/{id}/"),
        json!({"role": "viewer"}),
    )
    .is(200);
    other.get_with(&bob, "/api/auth/users/").is(403);
    one.request_as(&admin, "DELETE", &format!("/api/auth/users/{id}/"), Value::Null)
        .is(204);
    other.get_with(&bob, "/api/auth/me/").is(401);
}

#[test]
fn a_server_that_another_process_closes_is_closed_at_once() {
    let one = Server::start();
    let other = one.setup.start();
    other.get("/api/items/").is(200);
    assert_eq!(other.get("/health").json()["access"], "open");
    one.setup
        .run(&["token", "create", "first", "--role", "viewer"])
        .success();
    for server in [&one, &other] {
        assert_eq!(server.get("/health").json()["access"], "closed");
    }
}

#[test]
fn a_token_expires() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_millis(1500)).to_string();
    let (token, _) = server.add_token(&admin, json!({"name": "short", "expires": soon}));
    server.get_with(&token, "/api/auth/me/").is(200);
    let refused = eventually("the token ends", || {
        Some(server.get_with(&token, "/api/auth/me/")).filter(|answer| answer.status != 200)
    });
    assert!(refused.is(401).text().contains("expired"));
    for bad in ["", "yesterday", "0d", "-1d", "2020-01-01T00:00:00Z", "1000y", "200000w"] {
        let body = json!({"name": "bad", "expires": bad});
        let said = server.request_as(&admin, "POST", "/api/auth/tokens/", body);
        if !bad.is_empty() {
            assert!(said.is(400).json()["expires"].is_array(), "{bad}");
        }
    }
    let body = json!({"username": ADMIN, "password": PASSWORD, "name": "day", "expires": "1d"});
    let day = bearer(&server.post("/api/auth/token/", body).is(200));
    // A token that ends makes none that does not.
    let (child, _) = server.add_token(&day, json!({"name": "child"}));
    let listed = server.get_with(&child, "/api/auth/tokens/").json();
    assert_eq!(listed[0]["expires_at"], listed[1]["expires_at"], "{listed}");
    let body = json!({"name": "heir", "expires": "2d"});
    server.request_as(&day, "POST", "/api/auth/tokens/", body).is(400);
}

#[test]
fn when_a_token_was_last_used_is_written_without_a_write_for_each_use() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let (token, _) = server.add_token(&admin, json!({"name": "used"}));
    let last_used = || server.get_with(&admin, "/api/auth/tokens/").json()[0]["last_used_at"].clone();
    assert!(last_used().is_null());
    server.get_with(&token, "/api/items/").is(200);
    let first = eventually("the use is written", || {
        Some(last_used()).filter(|time| !time.is_null())
    });
    for _ in 0..20 {
        server.get_with(&token, "/api/items/").is(200);
    }
    assert_eq!(last_used(), first);
}

#[test]
fn repeated_sign_ins_do_not_accumulate_tokens() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
             INSERT INTO _tokens (hash, name, role, user_id, created_at) SELECT randomblob(32), 'sign-in', 'admin', 1, i FROM n",
    );
    server.bearer_of(ADMIN);
    let listed = server.get_with(&admin, "/api/auth/tokens/").is(200).json();
    let live = listed
        .as_array()
        .expect("tokens")
        .iter()
        .filter(|token| token["revoked_at"].is_null());
    assert_eq!(live.count(), 50);
    // Those with a name are never taken away; there are only so many.
    for number in 0..50 {
        server.add_token(&admin, json!({"name": format!("t{number}"), "role": "viewer"}));
    }
    let refused = server
        .request_as(&admin, "POST", "/api/auth/tokens/", json!({"name": "one more"}))
        .is(400);
    assert!(refused.text().contains("100 tokens"), "{}", refused.text());
}

#[test]
fn a_token_without_an_account_has_a_role_of_its_own() {
    let server = Server::start();
    let create = |name: &str, role: &str| {
        let token = server
            .setup
            .run(&["token", "create", name, "--role", role])
            .success()
            .out;
        format!("Bearer {}", token.trim())
    };
    let (ci, root) = (create("ci", "editor"), create("root", "admin"));
    let me = server.get_with(&ci, "/api/auth/me/").is(200).json();
    assert_eq!(
        (&me["username"], &me["role"], &me["token"]["name"]),
        (&Value::Null, &json!("editor"), &json!("ci"))
    );
    let listed = server.get_with(&ci, "/api/auth/tokens/").is(200).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    server
        .request_as(&ci, "POST", "/api/auth/tokens/", json!({"name": "more"}))
        .is(403);
    server
        .request_as(&ci, "POST", "/api/auth/logout-all/", Value::Null)
        .is(403);
    let password = json!({"old_password": "x", "new_password": PASSWORD});
    server.request_as(&ci, "POST", "/api/auth/password/", password).is(403);
    server
        .request_as(&ci, "DELETE", "/api/auth/tokens/2/", Value::Null)
        .is(404);
    server.add_user(&root, "bob", "viewer");
    server.add_token(&root, json!({"name": "made by root", "role": "viewer"}));
    server
        .request_as(&ci, "DELETE", "/api/auth/tokens/1/", Value::Null)
        .is(204);
    server.get_with(&ci, "/api/auth/me/").is(401);
}
