//! `socle user`, beside a running server.

use std::io::{Read, Write};

use serde_json::json;

use crate::accounts_fixture::PASSWORD;
use crate::server::{Server, Setup};

#[test]
fn an_account_that_a_command_makes_signs_in_at_once() {
    let server = Server::start();
    let added = server
        .setup
        .run_with_input(
            &["user", "add", "bob", "--role", "admin", "--email", "bob@example.org"],
            PASSWORD,
        )
        .success();
    assert!(added.out.contains("bob") && added.err.is_empty(), "{}", added.output());
    let bob = server.bearer_of("bob");
    let me = server.get_with(&bob, "/api/auth/me/").is(200).json();
    assert_eq!(
        (&me["role"], &me["email"]),
        (&json!("admin"), &json!("bob@example.org"))
    );
    let list = server.setup.run(&["user", "list"]).success().out;
    assert!(
        list.contains("bob") && list.contains("admin") && list.contains("bob@example.org"),
        "{list}"
    );
    assert!(!list.contains("argon2"), "{list}");

    let browser = server.browser_of("bob");
    server
        .setup
        .run_with_input(&["user", "passwd", "bob"], "another long password\r\n")
        .success();
    browser.get("/api/auth/me/").is(401);
    server
        .post("/api/auth/login/", json!({"username": "bob", "password": PASSWORD}))
        .is(400);
    server
        .post(
            "/api/auth/login/",
            json!({"username": "bob", "password": "another long password"}),
        )
        .is(200);

    // The last administrator may go this way, for it is the way back in.
    server.setup.run(&["user", "remove", "bob"]).success();
    server.get_with(&bob, "/api/auth/me/").is(401);
    server
        .setup
        .run_with_input(&["user", "add", "bob", "--role", "admin"], PASSWORD)
        .success();
    let bob = server.bearer_of("bob");
    assert!(
        server
            .events(&bob)
            .iter()
            .any(|[event, actor, ..]| event == "user_removed" && actor == "command line")
    );
}

#[test]
fn a_command_makes_the_database_when_there_is_none() {
    let setup = Setup::new();
    setup
        .run_with_input(&["user", "add", "bob", "--role", "viewer"], PASSWORD)
        .success();
    let server = setup.start();
    assert_eq!(server.get("/health").json()["access"], "closed");
    server.bearer_of("bob");
}

#[test]
fn what_is_wrong_is_one_line_that_says_what_to_do() {
    let setup = Setup::new();
    setup
        .run_with_input(&["user", "add", "bob", "--role", "viewer"], PASSWORD)
        .success();
    for (arguments, input, said) in [
        (
            vec!["user", "add", "bob", "--role", "viewer"],
            PASSWORD,
            "already exists",
        ),
        (
            vec!["user", "add", "eve", "--role", "root"],
            PASSWORD,
            "viewer, worker, editor or admin",
        ),
        (vec!["user", "add", "eve", "--role", "viewer"], "short", "8 characters"),
        (vec!["user", "add", "eve", "--role", "viewer"], "12345678", "too common"),
        (vec!["user", "add", "eve", "--role", "viewer"], "", "standard input"),
        (vec!["user", "add", "e v e", "--role", "viewer"], PASSWORD, "username"),
        (vec!["user", "add", "eve"], PASSWORD, "--role"),
        (vec!["user", "passwd", "nobody"], PASSWORD, "socle user list"),
        (vec!["user", "remove", "nobody"], "", "socle user list"),
        (
            vec!["user", "add", "eve", "--role", "viewer", "--password", "x"],
            "",
            "--password",
        ),
    ] {
        let ended = setup.run_with_input(&arguments, input).failure();
        assert_eq!(ended.err.lines().count(), 1, "{arguments:?}: {}", ended.err);
        assert!(
            ended.err.contains(said) && ended.out.is_empty(),
            "{arguments:?}: {}",
            ended.output()
        );
    }
    let alone = setup.run(&["user"]).failure();
    assert!(alone.err.contains("passwd"), "{}", alone.err);
    assert_eq!(setup.run(&["user", "list"]).success().out.lines().count(), 2);
}

#[test]
fn on_a_terminal_the_password_is_asked_twice_and_not_shown() {
    let setup = Setup::new();
    let add = |first: &str, second: &str| {
        let nix::pty::OpenptyResult { master, slave } = nix::pty::openpty(None, None).expect("a terminal");
        let mut command = setup.command(&["user", "add", "bob", "--role", "viewer"]);
        command
            .stdin(slave.try_clone().expect("its end"))
            .stderr(slave.try_clone().expect("its end"))
            .stdout(slave);
        let mut child = command.spawn().expect("the binary starts");
        // The command holds the only other ends of the terminal: reading ends with it.
        drop(command);
        let (mut keys, mut screen) = (
            std::fs::File::from(master.try_clone().expect("keys")),
            std::fs::File::from(master),
        );
        let mut shown = String::new();
        let mut piece = [0; 256];
        for (prompt, typed) in [("Password for bob", first), ("The same again", second)] {
            while !shown.contains(prompt) {
                let length = screen.read(&mut piece).expect("a prompt");
                shown.push_str(&String::from_utf8_lossy(&piece[..length]));
            }
            writeln!(keys, "{typed}").expect("keys");
        }
        // A terminal whose other end is closed fails to be read.
        while let Ok(length @ 1..) = screen.read(&mut piece) {
            shown.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
        (child.wait().expect("its end").success(), shown)
    };
    let (went_well, shown) = add(PASSWORD, "another long password");
    assert!(!went_well && shown.contains("differ"), "{shown}");
    let (went_well, shown) = add(PASSWORD, PASSWORD);
    assert!(went_well && shown.contains("added bob"), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");
}
