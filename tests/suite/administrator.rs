//! `ADMIN_LOGIN`, `ADMIN_PASSWORD` and `ADMIN_EMAIL`: the administrator that a start creates or updates.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, PASSWORD, closed};
use crate::server::{Server, Setup};

/// The stored row of the only account: name, role, email, password hash and the time of its last change.
#[track_caller]
fn row(setup: &Setup) -> Vec<Value> {
    let mut rows = setup.query("SELECT name, role, email, password, updated_at FROM _users");
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

#[test]
fn the_administrator_is_made_from_files_and_never_shown() {
    let setup = Setup::new();
    let secret = |name: &str, text: &str| {
        let path = setup.home().join(name);
        std::fs::write(&path, text).expect("a secret");
        path.display().to_string()
    };
    let mut server = setup
        .clone()
        .env("ADMIN_LOGIN_FILE", &secret("login", "ada\n"))
        .env("ADMIN_PASSWORD_FILE", &secret("password", &format!("{PASSWORD}\n")))
        .env("ADMIN_EMAIL_FILE", &secret("email", "ada@example.org\n"))
        .env("LOG_LEVEL", "trace")
        .start();
    let admin = server.bearer_of(ADMIN);
    let me = server.get_with(&admin, "/api/auth/me/").is(200).json();
    assert_eq!(
        (&me["role"], &me["email"]),
        (&json!("admin"), &json!("ada@example.org"))
    );
    let said = server.stop().success().output();
    assert!(!said.contains(PASSWORD), "{said}");
}

#[test]
fn a_start_writes_nothing_when_nothing_differs() {
    let mut server = closed().env("ADMIN_EMAIL", "ada@example.org").start();
    let first = row(&server.setup);
    server.stop().success();
    let mut again = server.setup.start();
    assert_eq!(row(&server.setup), first);
    let admin = again.bearer_of(ADMIN);
    let made = again.events(&admin);
    assert_eq!(
        made.iter().filter(|[_, actor, ..]| actor == "settings").count(),
        1,
        "{made:?}"
    );
    again.stop().success();
}

#[test]
fn a_start_brings_the_account_up_to_date() {
    let mut server = closed().start();
    let admin = server.bearer_of(ADMIN);
    server.add_user(&admin, "second", "admin");
    let second = server.bearer_of("second");
    server
        .request_as(&second, "PATCH", "/api/auth/users/1/", json!({"role": "viewer"}))
        .is(200);
    server
        .request_as(&second, "DELETE", "/api/auth/users/2/", Value::Null)
        .is(409);
    let browser = server.browser_of(ADMIN).cookie;
    server.stop().success();

    let renewed = server
        .setup
        .clone()
        .env("ADMIN_PASSWORD", "another long password")
        .env("ADMIN_EMAIL", "ada@example.org")
        .start();
    let body = json!({"username": ADMIN, "password": "another long password"});
    let me = renewed.post("/api/auth/login/", body).is(200).json();
    assert_eq!(
        (&me["role"], &me["email"]),
        (&json!("admin"), &json!("ada@example.org"))
    );
    renewed
        .post("/api/auth/login/", json!({"username": ADMIN, "password": PASSWORD}))
        .is(400);
    renewed
        .request("GET", "/api/auth/me/", &[("Cookie", &browser)], b"")
        .is(401);
}

#[test]
fn half_an_administrator_stops_the_start_with_one_line() {
    for (variables, named) in [
        (vec![("ADMIN_LOGIN", "ada")], "ADMIN_PASSWORD"),
        (vec![("ADMIN_PASSWORD", "a-secret-thing")], "ADMIN_LOGIN"),
        (vec![("ADMIN_EMAIL", "ada@example.org")], "ADMIN_LOGIN"),
    ] {
        let setup = variables
            .iter()
            .fold(Setup::new(), |setup, (name, value)| setup.env(name, value));
        let ended = setup.run(&[]).failure();
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
        assert!(
            ended.err.contains(named) && ended.err.contains(variables[0].0),
            "{}",
            ended.err
        );
        assert!(!ended.output().contains("a-secret-thing"), "{}", ended.output());
    }
}

#[test]
fn a_bad_administrator_stops_the_start_without_showing_the_password() {
    for (name, value, said) in [
        ("ADMIN_PASSWORD", "short-1", "8 characters"),
        ("ADMIN_PASSWORD", "password1", "too common"),
        ("ADMIN_LOGIN", "a b", "username"),
        ("ADMIN_EMAIL", "nowhere", "email"),
    ] {
        let ended = closed().env(name, value).run(&[]).failure();
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
        assert!(
            ended.err.contains("ADMIN_") && ended.err.contains(said),
            "{}",
            ended.err
        );
        if name == "ADMIN_PASSWORD" {
            assert!(!ended.output().contains(value), "{}", ended.output());
        }
    }
    let help = closed().run(&["--help"]).success().out;
    assert!(help.contains("ADMIN_PASSWORD") && !help.contains(PASSWORD), "{help}");
    let wrong = closed().argument("--port=nonsense").without("PORT").run(&[]).failure();
    assert!(!wrong.output().contains(PASSWORD), "{}", wrong.output());
    let wrong = closed().argument("nonsense").run(&[]).failure();
    assert!(!wrong.output().contains(PASSWORD), "{}", wrong.output());
}

#[test]
fn two_servers_that_start_together_make_one_administrator() {
    let setup = closed();
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..3).map(|_| scope.spawn(|| setup.start())).collect();
        starts
            .into_iter()
            .map(|start| start.join().expect("a server"))
            .collect()
    });
    assert_eq!(row(&setup)[0], ADMIN);
    for server in &servers {
        server.bearer_of(ADMIN);
    }
}
