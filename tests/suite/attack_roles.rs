//! Privilege escalation: protected fields of accounts, concurrent changes, and system tables.

use serde_json::{Value, json};

use crate::roles_fixture::ServerWithRoles;

#[track_caller]
fn role_of(closed: &ServerWithRoles, account: &str) -> Value {
    let me = closed.as_role(account, "GET", "/api/auth/me/", &Value::Null).is(200);
    me.json()["role"].clone()
}

#[test]
fn fields_of_an_account_that_nobody_sets_are_refused_from_administrators_too() {
    let closed = ServerWithRoles::start();
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
fn administrators_who_demote_each_other_at_once_leave_one() {
    let closed = ServerWithRoles::start();
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
            .filter(|role| role_of(&closed, role) == "admin");
        assert_eq!(left.count(), 1);
    }
}

#[test]
fn system_tables_are_no_way_to_a_role() {
    let closed = ServerWithRoles::start();
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
        !document.contains("/_users") && !document.contains("\"_users") && !document.contains("_sessions"),
        "system tables are described"
    );
}
