//! Ways to more rights than one was given: by fields that nobody should set, by tokens, and by changing accounts.

use serde_json::{Value, json};

use crate::closed::{Closed, ROLES, password};

#[track_caller]
fn role_of(closed: &Closed, token: &str) -> String {
    let me = closed
        .with_token(token, "GET", "/api/auth/me/", &Value::Null)
        .is(200)
        .json();
    me["role"].as_str().expect("a role").to_owned()
}

#[test]
fn a_role_in_a_body_that_sets_none_is_refused_or_means_nothing() {
    let closed = Closed::start();
    for role in ["viewer", "editor"] {
        let credentials = json!({"username": role, "password": password(role)});
        for more in [
            json!({"role": "admin"}),
            json!({"user_id": 1}),
            json!({"id": 1}),
            json!({"is_admin": true}),
            json!({"user": {"role": "admin"}}),
            json!({"owner": "admin"}),
        ] {
            let mut asked = credentials.clone();
            asked
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("one").clone());
            let answer = closed.server.post("/api/auth/token/", asked.clone());
            if answer.status == 200 {
                let token = answer.json()["token"].as_str().expect("a token").to_owned();
                assert_eq!(role_of(&closed, &token), role, "{asked}");
            }
            closed.server.post("/api/auth/login/", asked).refused();
            let mut change = json!({"old_password": password(role), "new_password": password(role)});
            change
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("one").clone());
            closed.as_role(role, "POST", "/api/auth/password/", &change);
            assert_eq!(role_of(&closed, closed.token(role)), role);
        }
    }
    let expected = ROLES.map(|role| (role.to_owned(), role.to_owned()));
    let mut accounts = closed.accounts();
    accounts.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(accounts, expected);
}

#[test]
fn fields_of_an_account_that_nobody_sets_are_refused_from_administrators_too() {
    let closed = Closed::start();
    let path = format!("/api/auth/users/{}/", closed.id_of("viewer"));
    let before = closed.as_role("admin", "GET", &path, &Value::Null).is(200).json();
    for change in [
        json!({"id": 99}),
        json!({"username": "admin"}),
        json!({"password_hash": "x"}),
        json!({"created_at": "2000-01-01T00:00:00Z"}),
        json!({"role": "superuser"}),
        json!({"role": ""}),
        json!({"role": null}),
        json!({"role": ["admin"]}),
        json!({"role": {"name": "admin"}}),
        json!({"role": 3}),
        json!({"role": "ADMIN "}),
        json!([{"role": "admin"}]),
    ] {
        closed.as_role("admin", "PATCH", &path, &change).is(400);
    }
    assert_eq!(
        closed.as_role("admin", "GET", &path, &Value::Null).is(200).json(),
        before
    );
}

#[test]
fn nobody_but_an_administrator_manages_accounts_or_reads_the_audit() {
    let closed = Closed::start();
    let own = |role| format!("/api/auth/users/{}/", closed.id_of(role));
    let admin = own("admin");
    let before = closed.accounts();
    for role in ["viewer", "worker", "editor"] {
        let mine = own(role);
        for (method, path, body) in [
            ("GET", "/api/auth/users/", Value::Null),
            (
                "POST",
                "/api/auth/users/",
                json!({"username": "mallory", "password": "a password of mallory", "role": "admin"}),
            ),
            ("GET", mine.as_str(), Value::Null),
            ("PATCH", &mine, json!({"role": "admin"})),
            ("PATCH", &mine, json!({"email": "x@example.org"})),
            ("PATCH", &admin, json!({"password": "a password of mallory"})),
            ("PATCH", &admin, json!({"role": "viewer"})),
            ("DELETE", &admin, Value::Null),
            ("DELETE", &mine, Value::Null),
            ("GET", "/api/auth/users/999/", Value::Null),
            ("GET", "/api/auth/audit/", Value::Null),
            ("GET", "/api/auth/tokens/?all=true", Value::Null),
        ] {
            closed.as_role(role, method, path, &body).is(403);
        }
    }
    assert_eq!(closed.accounts(), before);
}

#[test]
fn a_token_is_worth_no_more_than_whoever_makes_it() {
    let closed = Closed::start();
    let covered = |role: &str, wanted: &str| match role {
        "admin" => true,
        "editor" | "worker" => matches!(wanted, "viewer") || wanted == role,
        _ => wanted == "viewer",
    };
    for role in ROLES {
        for wanted in ROLES {
            let answer = closed.as_role(
                role,
                "POST",
                "/api/auth/tokens/",
                &json!({"name": wanted, "role": wanted}),
            );
            if !covered(role, wanted) {
                answer.refused();
                continue;
            }
            let made = answer.is(201).json();
            let token = made["token"].as_str().expect("a token").to_owned();
            assert_eq!(role_of(&closed, &token), wanted);
            // What it makes in its turn is worth no more than it is, whoever's account it belongs to.
            for again in ROLES {
                let body = json!({"name": again, "role": again});
                let answer = closed.with_token(&token, "POST", "/api/auth/tokens/", &body);
                if answer.status == 201 {
                    assert!(covered(wanted, again), "{role} → {wanted} → {again}");
                }
            }
            let unsaid = closed.with_token(&token, "POST", "/api/auth/tokens/", &json!({"name": "unsaid"}));
            if unsaid.status == 201 {
                let token = unsaid.json()["token"].as_str().expect("a token").to_owned();
                assert!(covered(wanted, &role_of(&closed, &token)));
            }
        }
    }
}

#[test]
fn a_weaker_token_of_an_administrator_cannot_do_what_an_administrator_can() {
    let closed = Closed::start();
    for role in ["viewer", "worker", "editor"] {
        let body = json!({"name": "weak", "role": role});
        let made = closed
            .as_role("admin", "POST", "/api/auth/tokens/", &body)
            .is(201)
            .json();
        let weak = made["token"].as_str().expect("a token");
        let admin = format!("/api/auth/users/{}/", closed.id_of("admin"));
        for (method, path, body) in [
            ("GET", "/api/auth/users/", Value::Null),
            ("PATCH", admin.as_str(), json!({"role": "admin"})),
            ("GET", "/api/auth/audit/", Value::Null),
            ("GET", "/api/auth/tokens/?all=true", Value::Null),
        ] {
            closed.with_token(weak, method, path, &body).is(403);
        }
        let path = format!("/api/auth/tokens/{}/", token_id(&closed, "viewer"));
        closed.with_token(weak, "DELETE", &path, &Value::Null).refused();
        role_of(&closed, closed.token("viewer"));
    }
}

fn token_id(closed: &Closed, role: &str) -> i64 {
    let me = closed
        .as_role(role, "GET", "/api/auth/me/", &Value::Null)
        .is(200)
        .json();
    me["token"]["id"].as_i64().expect("an id")
}

#[test]
fn nobody_sees_or_revokes_the_tokens_of_others() {
    let closed = Closed::start();
    for role in ["viewer", "worker", "editor"] {
        for other in ROLES.into_iter().filter(|other| *other != role) {
            let path = format!("/api/auth/tokens/{}/", token_id(&closed, other));
            closed.as_role(role, "DELETE", &path, &Value::Null).is(404);
            role_of(&closed, closed.token(other));
        }
        let listed = closed.as_role(role, "GET", "/api/auth/tokens/", &Value::Null).is(200);
        for token in listed.json().as_array().expect("tokens") {
            assert_eq!(token["username"], role, "{token}");
        }
        assert!(!listed.text().contains("socle_"), "{}", listed.text());
    }
}

#[test]
fn a_demoted_accounts_tokens_and_sessions_are_demoted_with_it() {
    let closed = Closed::start();
    let (token, session) = (closed.token_of("editor"), closed.session_of("editor"));
    closed
        .with_token(&token, "POST", "/api/items/", &json!({"name": "kept"}))
        .is(201);
    let path = format!("/api/auth/users/{}/", closed.id_of("editor"));
    closed
        .as_role("admin", "PATCH", &path, &json!({"role": "viewer"}))
        .is(200);
    closed
        .with_token(&token, "POST", "/api/items/", &json!({"name": "more"}))
        .is(403);
    let headers = [
        ("Cookie", session.cookie.as_str()),
        ("X-CSRF-Token", session.csrf_token.as_str()),
        ("Content-Type", "application/json"),
    ];
    let answer = closed
        .server
        .ask("POST", "/api/items/", &headers, b"{\"name\": \"more\"}");
    assert!(matches!(answer.status, 401 | 403), "{}", answer.status);
    assert_eq!(closed.server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn a_changed_password_ends_what_the_old_one_opened() {
    let closed = Closed::start();
    let session = closed.session_of("editor");
    let path = format!("/api/auth/users/{}/", closed.id_of("editor"));
    closed
        .as_role(
            "admin",
            "PATCH",
            &path,
            &json!({"password": "an entirely new password"}),
        )
        .is(200);
    let me = closed
        .server
        .ask("GET", "/api/auth/me/", &[("Cookie", &session.cookie)], b"");
    me.is(401);
    let old = json!({"username": "editor", "password": password("editor")});
    closed.server.post("/api/auth/token/", old).is(400);
}

#[test]
fn the_last_administrator_cannot_be_taken_away_over_http() {
    let closed = Closed::start();
    let path = format!("/api/auth/users/{}/", closed.id_of("admin"));
    closed
        .as_role("admin", "PATCH", &path, &json!({"role": "editor"}))
        .is(409);
    closed.as_role("admin", "DELETE", &path, &Value::Null).is(409);
    assert_eq!(role_of(&closed, closed.token("admin")), "admin");
}

#[test]
fn administrators_who_demote_each_other_at_once_leave_one() {
    let closed = Closed::start();
    let (admin, editor) = (closed.id_of("admin"), closed.id_of("editor"));
    for _ in 0..10 {
        let path = |id: i64| format!("/api/auth/users/{id}/");
        for id in [admin, editor] {
            // Whichever of both is left makes them equal again.
            for role in ["admin", "editor"] {
                closed.as_role(role, "PATCH", &path(id), &json!({"role": "admin"}));
            }
        }
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let demote = |role: &'static str, id: i64| {
                let (closed, path) = (&closed, path(id));
                scope.spawn(move || closed.as_role(role, "PATCH", &path, &json!({"role": "viewer"})).status)
            };
            let both = [demote("admin", editor), demote("editor", admin)];
            both.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        assert!(
            statuses.iter().filter(|status| **status == 200).count() == 1,
            "{statuses:?}"
        );
        let left = ["admin", "editor"]
            .into_iter()
            .filter(|role| role_of(&closed, closed.token(role)) == "admin");
        assert_eq!(left.count(), 1);
    }
}

#[test]
fn a_role_that_does_not_cover_writing_writes_nothing() {
    let closed = Closed::start();
    closed
        .as_role("editor", "POST", "/api/items/", &json!({"name": "kept"}))
        .is(201);
    for role in ["viewer", "worker"] {
        for (method, path, body) in [
            ("POST", "/api/items/", json!({"name": "changed"})),
            ("POST", "/api/items/", json!([{"name": "changed"}])),
            ("PUT", "/api/items/1/", json!({"name": "changed"})),
            ("PATCH", "/api/items/1/", json!({"name": "changed"})),
            ("DELETE", "/api/items/1/", Value::Null),
        ] {
            closed.as_role(role, method, path, &body).is(403);
        }
    }
    assert_eq!(closed.server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn system_tables_are_no_way_to_a_role() {
    let closed = Closed::start();
    for table in [
        "_users",
        "_tokens",
        "_sessions",
        "_audit",
        "_access",
        "_USERS",
        "%5fusers",
        "main._users",
        "\"_users\"",
        "sqlite_schema",
        "sqlite_master",
        "refinery_schema_history",
    ] {
        for (method, path) in [
            ("GET", format!("/api/{table}/")),
            ("GET", format!("/api/{table}/1/")),
            ("OPTIONS", format!("/api/{table}/")),
            ("PATCH", format!("/api/{table}/1/")),
            ("DELETE", format!("/api/{table}/1/")),
            ("POST", format!("/api/{table}/")),
        ] {
            let body = match method {
                "PATCH" | "POST" => json!({"role": "admin"}),
                _ => Value::Null,
            };
            closed.as_role("admin", method, &path, &body).is(404);
        }
    }
    let document = closed
        .as_role("admin", "GET", "/api/openapi.json", &Value::Null)
        .is(200)
        .text();
    assert!(
        !document.contains("_users") && !document.contains("_sessions"),
        "system tables are described"
    );
}

#[test]
fn an_open_server_cannot_be_taken_over_from_outside() {
    let server = crate::server::Server::start();
    for (method, path) in [
        ("POST", "/api/auth/users/"),
        ("POST", "/api/auth/tokens/"),
        ("GET", "/api/auth/users/"),
        ("GET", "/api/auth/audit/"),
        ("PATCH", "/api/auth/users/1/"),
        ("DELETE", "/api/auth/users/1/"),
    ] {
        let body = json!({"username": "mallory", "password": "a password of mallory", "role": "admin", "name": "t"});
        let (headers, body) = match method {
            "POST" | "PATCH" => (vec![("Content-Type", "application/json")], body.to_string()),
            _ => (vec![], String::new()),
        };
        let answer = server.ask(method, path, &headers, body.as_bytes()).is(401);
        assert!(answer.text().contains("socle user add"), "{}", answer.text());
    }
    assert_eq!(server.get("/health").json()["access"], "open");
}
