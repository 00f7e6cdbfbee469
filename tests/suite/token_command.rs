//! `socle token`, beside a running server.

use serde_json::json;

use crate::accounts_fixture::{ADMIN, closed};
use crate::server::Server;

#[test]
fn create_prints_the_token_alone_and_it_works_at_once() {
    let server = Server::start();
    let created = server
        .setup
        .run(&["token", "create", "ci", "--role", "editor", "--expires", "90d"])
        .success();
    assert!(created.err.is_empty(), "{}", created.err);
    let token = created.out.strip_suffix('\n').expect("a line");
    assert!(token.starts_with("socle_") && token.len() == 49, "{token}");
    let bearer = format!("Token {token}");
    let me = server.get_with(&bearer, "/api/auth/me/").is(200).json();
    assert_eq!((&me["role"], &me["token"]["name"]), (&json!("editor"), &json!("ci")));
    let list = server.setup.run(&["token", "list"]).success().out;
    assert!(
        list.contains("ci") && list.contains("editor") && list.contains("live"),
        "{list}"
    );
    assert!(!list.contains("socle_"), "{list}");
    server.setup.run(&["token", "revoke", "ci"]).success();
    server.get_with(&bearer, "/api/auth/me/").is(401);
    assert!(server.setup.run(&["token", "list"]).success().out.contains("revoked"));
}

#[test]
fn a_token_is_revoked_by_its_name_or_its_number() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let (one, id) = server.add_token(&admin, json!({"name": "twice", "role": "viewer"}));
    let (other, _) = server.add_token(&admin, json!({"name": "twice", "role": "viewer"}));
    let ambiguous = server.setup.run(&["token", "revoke", "twice"]).failure();
    assert!(ambiguous.err.contains(&id.to_string()), "{}", ambiguous.err);
    server.setup.run(&["token", "revoke", &id.to_string()]).success();
    server.get_with(&one, "/api/auth/me/").is(401);
    server.get_with(&other, "/api/auth/me/").is(200);
    server.setup.run(&["token", "revoke", "twice"]).success();
    server.get_with(&other, "/api/auth/me/").is(401);
    let gone = server.setup.run(&["token", "revoke", "twice"]).failure();
    assert!(gone.err.contains("socle token list"), "{}", gone.err);
}

#[test]
fn what_is_wrong_is_one_line() {
    let server = Server::start();
    server
        .setup
        .run(&["token", "create", "ci", "--role", "editor"])
        .success();
    for (arguments, said) in [
        (vec!["token", "create", "ci", "--role", "editor"], "revoke it first"),
        (
            vec!["token", "create", "x", "--role", "root"],
            "viewer, worker, editor or admin",
        ),
        (
            vec!["token", "create", "x", "--role", "editor", "--expires", "soon"],
            "90d",
        ),
        (
            vec![
                "token",
                "create",
                "x",
                "--role",
                "editor",
                "--expires",
                "2020-01-01T00:00:00Z",
            ],
            "past",
        ),
        (vec!["token", "create", " ", "--role", "editor"], "blank"),
        (vec!["token", "create", "x"], "--role"),
    ] {
        let ended = server.setup.run(&arguments).failure();
        assert_eq!(ended.err.lines().count(), 1, "{arguments:?}: {}", ended.err);
        assert!(
            ended.err.contains(said) && ended.out.is_empty(),
            "{arguments:?}: {}",
            ended.output()
        );
    }
}
