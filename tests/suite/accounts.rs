//! Accounts over the API: who may create, change and delete them, what is validated, and how passwords are stored.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, PASSWORD, closed};
use crate::server::Server;

#[test]
fn an_administrator_adds_changes_and_removes_accounts() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let body = json!({"username": "bob", "password": PASSWORD, "role": "editor", "email": "bob@example.org"});
    let added = server.request_as(&admin, "POST", "/api/auth/users/", body).is(201);
    let path = added.location();
    let user = added.json();
    assert_eq!(
        (&user["username"], &user["email"], &user["role"]),
        (&json!("bob"), &json!("bob@example.org"), &json!("editor"))
    );
    assert!(
        user["created_at"]
            .as_str()
            .is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok())
    );
    assert_eq!(server.get_with(&admin, &path).is(200).json(), user);
    let all = server.get_with(&admin, "/api/auth/users").is(200).json();
    assert_eq!(all.as_array().map(Vec::len), Some(2));

    let changed = server
        .request_as(&admin, "PATCH", &path, json!({"role": "viewer", "email": null}))
        .is(200)
        .json();
    assert_eq!((&changed["role"], &changed["email"]), (&json!("viewer"), &Value::Null));
    server.request_as(&admin, "DELETE", &path, Value::Null).is(204);
    server.get_with(&admin, &path).is(404);
    server.request_as(&admin, "DELETE", &path, Value::Null).is(404);
}

#[test]
fn accounts_and_tokens_are_listed_in_pages() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    for name in ["cy", "Bob", "dee"] {
        server.add_user(&admin, name, "viewer");
        server.bearer_of(name);
    }
    for (path, field) in [
        ("/api/auth/users/?limit=2", "username"),
        ("/api/auth/tokens/?all=true&limit=2", "id"),
    ] {
        let whole = server.get_with(&admin, &path.replace("limit=2", "limit=1000")).is(200);
        assert_eq!(whole.header("link"), "", "{path}");
        let whole: Vec<Value> = whole.json().as_array().unwrap().clone();
        assert_eq!(whole.len(), 4, "{path}");
        let (mut next, mut paged) = (path.to_owned(), Vec::new());
        while !next.is_empty() {
            let page = server.get_with(&admin, &next).is(200);
            let rows = page.json().as_array().unwrap().clone();
            assert!(rows.len() <= 2, "{next}");
            paged.extend(rows);
            let link = page.header("link").to_owned();
            next = link
                .strip_prefix('<')
                .and_then(|link| link.split_once('>'))
                .map_or_else(String::new, |(to, _)| to.to_owned());
        }
        assert_eq!(paged, whole, "{path}");
        assert!(whole.iter().all(|row| !row[field].is_null()));
    }
    for wrong in [
        "users/?limit=0",
        "users/?limit=1001",
        "tokens/?after=x",
        "tokens/?limit=2&limit=2",
    ] {
        server.get_with(&admin, &format!("/api/auth/{wrong}")).is(400);
    }
}

#[test]
fn everything_wrong_with_an_account_is_said_by_field_and_at_once() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let wrong = |body: Value| {
        server
            .request_as(&admin, "POST", "/api/auth/users/", body)
            .is(400)
            .json()
    };
    let required = json!(["This field is required."]);
    assert_eq!(
        wrong(json!({})),
        json!({"username": required, "password": required, "role": required})
    );
    let body = json!({"username": "a b", "password": "short", "role": "editor", "email": "nowhere"});
    let said = wrong(body);
    for (field, words) in [
        ("username", "valid username"),
        ("password", "8 characters"),
        ("email", "valid email"),
    ] {
        assert!(
            said[field][0].as_str().is_some_and(|text| text.contains(words)),
            "{said}"
        );
    }
    for taken in ["ada", "ADA"] {
        let said = wrong(json!({"username": taken, "password": PASSWORD, "role": "admin"}));
        assert!(
            said["username"][0]
                .as_str()
                .is_some_and(|text| text.contains("already exists")),
            "{said}"
        );
    }
    let said = wrong(json!({"username": "bob", "password": PASSWORD, "role": "root"}));
    assert_eq!(said, json!({"role": ["\"root\" is not a valid choice."]}));
    let said = wrong(json!({"username": 1, "password": [], "role": true}));
    let not_a_string = json!(["Not a valid string."]);
    assert_eq!(
        said,
        json!({"username": not_a_string, "password": not_a_string, "role": not_a_string})
    );
    for common in ["password", "12345678", "iloveyou", "Qwerty123", "sunshine"] {
        let said = wrong(json!({"username": "bob", "password": common, "role": "viewer"}));
        assert_eq!(said["password"][0], "This password is too common.", "{common}");
    }
}

#[test]
fn only_administrators_see_or_change_accounts() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    for role in ["viewer", "worker", "editor"] {
        let id = server.add_user(&admin, role, role);
        let own = server.bearer_of(role);
        let path = format!("/api/auth/users/{id}/");
        for (method, path) in [
            ("GET", "/api/auth/users/"),
            ("GET", path.as_str()),
            ("POST", "/api/auth/users/"),
            ("PATCH", path.as_str()),
            ("DELETE", path.as_str()),
            ("GET", "/api/auth/audit/"),
            ("GET", "/api/auth/tokens/?all=true"),
        ] {
            let body = if matches!(method, "POST" | "PATCH") {
                json!({"role": "admin"})
            } else {
                Value::Null
            };
            let refused = server.request_as(&own, method, path, body).is(403);
            assert_eq!(
                refused.json(),
                json!({"detail": "You do not have permission to perform this action."}),
                "{role} {method} {path}"
            );
        }
        assert_eq!(server.get_with(&own, "/api/auth/me/").is(200).json()["role"], role);
    }
}

#[test]
fn a_role_is_never_taken_from_a_body_that_is_not_about_roles() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.add_user(&admin, "bob", "viewer");
    let bob = server.bearer_of("bob");
    let password = json!({"old_password": PASSWORD, "new_password": "another long password", "role": "admin"});
    let refused = server
        .request_as(&bob, "POST", "/api/auth/password/", password)
        .is(400)
        .json();
    assert!(
        refused["role"][0]
            .as_str()
            .is_some_and(|said| said.contains("no such field")),
        "{refused}"
    );
    for path in ["/api/auth/token/", "/api/auth/login/"] {
        for extra in ["role", "is_admin", "id", "user_id"] {
            let mut body = json!({"username": "bob", "password": PASSWORD});
            body[extra] = json!("admin");
            assert!(
                server.post(path, body).is(400).json()[extra].is_array(),
                "{path} {extra}"
            );
        }
    }
    let form = format!("username=bob&password={}&role=admin", PASSWORD.replace(' ', "+"));
    let refused = server.send(
        "POST",
        "/api/auth/token/",
        "application/x-www-form-urlencoded",
        form.as_bytes(),
    );
    assert!(refused.is(400).json()["role"].is_array());
    assert_eq!(server.get_with(&bob, "/api/auth/me/").json()["role"], "viewer");
    // A change of an account takes what can be changed, and nothing else.
    let path = "/api/auth/users/1/";
    for extra in ["id", "username", "created_at", "is_admin", "password_hash"] {
        let refused = server.request_as(&admin, "PATCH", path, json!({extra: "1"})).is(400);
        assert!(refused.json()[extra].is_array(), "{extra}");
    }
}

#[test]
fn the_last_administrator_can_neither_be_removed_nor_demoted_over_http() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    for (method, body) in [("DELETE", Value::Null), ("PATCH", json!({"role": "editor"}))] {
        let refused = server.request_as(&admin, method, "/api/auth/users/1/", body).is(409);
        assert!(refused.text().contains("last administrator"), "{}", refused.text());
    }
    let id = server.add_user(&admin, "second", "admin");
    server
        .request_as(&admin, "PATCH", "/api/auth/users/1/", json!({"role": "editor"}))
        .is(200);
    let second = server.bearer_of("second");
    server
        .request_as(&second, "DELETE", &format!("/api/auth/users/{id}/"), Value::Null)
        .is(409);
    // Who is no administrator any more is none at once.
    server.get_with(&admin, "/api/auth/users/").is(403);
}

#[test]
fn an_open_server_cannot_be_taken_over_through_the_api() {
    let server = Server::start();
    let user = json!({"username": "eve", "password": PASSWORD, "role": "admin"});
    for (path, body) in [
        ("/api/auth/users/", user),
        ("/api/auth/tokens/", json!({"name": "t", "role": "admin"})),
        (
            "/api/auth/password/",
            json!({"old_password": "", "new_password": PASSWORD}),
        ),
    ] {
        let refused = server.post(path, body).is(401);
        assert!(refused.text().contains("socle user add"), "{}", refused.text());
        assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"socle\"");
    }
    server.get("/api/auth/audit/").is(401);
    server
        .post("/api/auth/token/", json!({"username": "eve", "password": PASSWORD}))
        .is(400);
    server.post("/api/items/", json!({"name": "still open"})).is(201);
}

#[test]
fn open_and_closed_are_shown_and_what_was_closed_never_opens() {
    let mut server = Server::start();
    assert!(
        server
            .output()
            .lines()
            .any(|line| line.contains("WARN") && line.contains("open")),
        "{}",
        server.output()
    );
    for path in ["/", "/health"] {
        assert_eq!(server.get(path).is(200).json()["access"], "open", "{path}");
    }
    server
        .setup
        .run_with_input(&["user", "add", "bob", "--role", "admin"], PASSWORD)
        .success();
    for path in ["/", "/health"] {
        assert_eq!(server.get(path).is(200).json()["access"], "closed", "{path}");
    }
    server.setup.run(&["user", "remove", "bob"]).success();
    assert_eq!(server.get("/health").json()["access"], "closed");
    server.stop().success();
    let again = server.setup.start();
    assert_eq!(again.get("/health").json()["access"], "closed");
    assert!(
        !again.output().contains("anyone who reaches the port"),
        "{}",
        again.output()
    );
}

/// The stored password hash of the only account.
#[track_caller]
fn stored_hash(server: &Server) -> String {
    let hash = server.query_value("SELECT password FROM _users");
    hash.as_str().expect("a text").to_owned()
}

#[test]
fn a_password_is_kept_as_argon2id_with_owasps_parameters_and_nowhere_else() {
    let mut server = closed().start();
    server.bearer_of(ADMIN);
    let stored = stored_hash(&server);
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    let said = server.stop().success().output();
    assert!(!said.contains(PASSWORD) && !said.contains("$argon2id"), "{said}");
    let file = std::fs::read(server.setup.database()).expect("the database");
    assert!(!file.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes()));
}

#[test]
fn a_hash_made_with_other_parameters_is_renewed_at_the_next_sign_in() {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let server = closed().start();
    let salt = SaltString::encode_b64(b"some salt bytes!").expect("a salt");
    let params = argon2::Params::new(8192, 1, 1, None).expect("parameters");
    let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let old = weak
        .hash_password(PASSWORD.as_bytes(), &salt)
        .expect("a hash")
        .to_string();
    server.sql(&format!("UPDATE _users SET password = '{old}'"));
    let wrong = json!({"username": ADMIN, "password": "not this one"});
    server.post("/api/auth/token/", wrong).is(400);
    assert_eq!(stored_hash(&server), old);
    server.bearer_of(ADMIN);
    let renewed = stored_hash(&server);
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    server.bearer_of(ADMIN);
}

#[test]
fn an_unknown_name_costs_what_a_wrong_password_costs_and_is_answered_alike() {
    let server = Server::with(|_| closed().env("LOG_LEVEL", "info,socle::password=debug"));
    let hashed = || server.output().matches("hashed one password").count();
    let attempt = |name: &str| {
        let before = hashed();
        let answer = server
            .post(
                "/api/auth/token/",
                json!({"username": name, "password": "not this one"}),
            )
            .is(400);
        crate::server::eventually("a line of the hash", || (hashed() > before).then_some(()));
        (hashed() - before, answer.json(), answer.headers.len())
    };
    let wrong = attempt(ADMIN);
    assert_eq!(wrong.0, 1);
    assert_eq!(
        wrong.1,
        json!({"non_field_errors": ["Unable to log in with provided credentials."]})
    );
    for unknown in ["nobody", "' OR 1=1 --", &"x".repeat(5000), "ada\u{0}"] {
        assert_eq!(attempt(unknown), wrong, "{unknown}");
    }
}

#[test]
fn a_name_is_the_same_however_it_is_written() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.add_user(&admin, "José", "viewer");
    for spelled in ["José", "Jose\u{301}", "josé"] {
        server.bearer_of(spelled);
    }
    let again = json!({"username": "Jose\u{301}", "password": PASSWORD, "role": "admin"});
    server.request_as(&admin, "POST", "/api/auth/users/", again).is(400);
}

#[test]
fn bodies_may_be_json_or_forms_and_nothing_else() {
    let server = closed().env("MAX_BODY", "2KiB").start();
    let form = format!("username={ADMIN}&password={}", PASSWORD.replace(' ', "+"));
    let with = |kind: &str, body: &str| server.send("POST", "/api/auth/token/", kind, body.as_bytes());
    with("application/x-www-form-urlencoded", &form).is(200);
    with("text/plain", &form).is(415);
    with("application/json", "[]").is(400);
    with("application/json", "{\"username\"").is(400);
    with("application/json", "null").is(400);
    let too_much = json!({"username": ADMIN, "password": "x".repeat(3000)});
    server.post("/api/auth/token/", too_much).is(413);
}

#[test]
fn unknown_methods_and_addresses_are_refused_as_elsewhere() {
    let server = closed().start();
    let allow = server
        .request("PUT", "/api/auth/users/1/", &[], b"")
        .is(405)
        .header("allow");
    assert_eq!(allow, "GET, PATCH, DELETE, HEAD, OPTIONS");
    server.get("/api/auth/token/").is(405);
    assert_eq!(
        server.options("/api/auth/me/").is(200).header("allow"),
        "GET, HEAD, OPTIONS"
    );
    for path in [
        "/api/auth/",
        "/api/auth/nothing/",
        "/api/auth/users/1/2/",
        "/api/auth/me/more",
    ] {
        server.get(path).is(404);
    }
    let admin = server.bearer_of(ADMIN);
    for id in ["0", "99", "-1", "x", "9999999999999999999999", "1%2f2"] {
        server.get_with(&admin, &format!("/api/auth/users/{id}/")).is(404);
    }
    server.get_with(&admin, "/api/auth/users/?role=admin").is(400);
}
