//! Throttling of sign-ins: guessing is slowed down, and nobody else is locked out.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, PASSWORD, closed};
use crate::client::Answer;
use crate::server::{Server, Setup};

/// A server that believes who its clients say they are.
fn setup() -> Setup {
    closed().env("TRUSTED_PROXIES", "127.0.0.1/32")
}

fn attempt(server: &Server, path: &str, address: &str, body: &Value) -> Answer {
    let headers = [("X-Forwarded-For", address), ("Content-Type", "application/json")];
    server.request("POST", path, &headers, body.to_string().as_bytes())
}

fn guess(server: &Server, name: &str, address: &str) -> u16 {
    let body = json!({"username": name, "password": "not this one"});
    attempt(server, "/api/auth/token/", address, &body).status
}

fn sign_in(server: &Server, name: &str, address: &str) -> u16 {
    let body = json!({"username": name, "password": PASSWORD});
    attempt(server, "/api/auth/token/", address, &body).status
}

#[test]
fn after_ten_wrong_passwords_an_account_waits_at_that_address_and_nowhere_else() {
    let server = setup().start();
    for number in 0..10 {
        assert_eq!(guess(&server, ADMIN, "192.0.2.1"), 400, "guess {number}");
    }
    for path in ["/api/auth/token/", "/api/auth/login/"] {
        let body = json!({"username": "Ada", "password": PASSWORD});
        let held = attempt(&server, path, "192.0.2.1", &body).is(429);
        let wait: u64 = held.header("retry-after").parse().expect("seconds");
        assert!((1..=30).contains(&wait), "{wait}");
        assert!(
            held.json()["detail"]
                .as_str()
                .is_some_and(|said| said.contains("throttled"))
        );
    }
    // Whoever guesses locks nobody else out.
    assert_eq!(sign_in(&server, ADMIN, "192.0.2.2"), 200);
    let admin = server.bearer_of(ADMIN);
    let events = server.events(&admin);
    assert!(
        events
            .iter()
            .any(|[event, _, subject, _]| event == "sign_in_held" && subject == ADMIN),
        "{events:?}"
    );
    server.add_user(&admin, "bob", "viewer");
    assert_eq!(sign_in(&server, "bob", "192.0.2.1"), 200);
}

#[test]
fn an_address_that_tries_many_accounts_waits_for_all_of_them() {
    let server = setup().start();
    for number in 0..30 {
        assert_eq!(
            guess(&server, &format!("user{number}"), "192.0.2.1"),
            400,
            "guess {number}"
        );
    }
    assert_eq!(guess(&server, "another", "192.0.2.1"), 429);
    assert_eq!(sign_in(&server, ADMIN, "192.0.2.1"), 429);
    assert_eq!(sign_in(&server, ADMIN, "192.0.2.2"), 200);
}

#[test]
fn an_ipv6_network_counts_as_one_address() {
    let server = setup().start();
    for number in 0..10 {
        assert_eq!(
            guess(&server, ADMIN, &format!("2001:db8::{number:x}")),
            400,
            "guess {number}"
        );
    }
    assert_eq!(sign_in(&server, ADMIN, "2001:db8::ffff:1"), 429);
    assert_eq!(sign_in(&server, ADMIN, "2001:db8:0:1::1"), 200);
}

#[test]
fn a_client_that_nobody_vouches_for_cannot_change_its_address() {
    let server = closed().start();
    for number in 0..10 {
        assert_eq!(
            guess(&server, ADMIN, &format!("192.0.2.{number}")),
            400,
            "guess {number}"
        );
    }
    assert_eq!(sign_in(&server, ADMIN, "192.0.2.99"), 429);
}

#[test]
fn a_right_password_forgives_the_wrong_ones_before_it() {
    let server = setup().start();
    for _ in 0..3 {
        for number in 0..9 {
            assert_eq!(guess(&server, ADMIN, "192.0.2.1"), 400, "guess {number}");
        }
        assert_eq!(sign_in(&server, ADMIN, "192.0.2.1"), 200);
    }
}

#[test]
fn an_account_that_is_tried_from_everywhere_still_lets_its_owner_in() {
    let server = setup().start();
    assert_eq!(sign_in(&server, ADMIN, "192.0.2.1"), 200);
    for number in 0..100 {
        assert_eq!(
            guess(&server, ADMIN, &format!("198.51.100.{number}")),
            400,
            "guess {number}"
        );
    }
    assert_eq!(guess(&server, ADMIN, "203.0.113.1"), 429);
    assert_eq!(sign_in(&server, ADMIN, "192.0.2.1"), 200);
}

#[test]
fn guesses_at_once_do_not_get_past_the_limit() {
    let server = setup().start();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..40)
            .map(|_| scope.spawn(|| guess(&server, ADMIN, "192.0.2.1")))
            .collect();
        guesses
            .into_iter()
            .map(|guess| guess.join().expect("a status"))
            .collect()
    });
    let tried = statuses.iter().filter(|status| **status == 400).count();
    assert_eq!(tried, 10, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 400 | 429)),
        "{statuses:?}"
    );
}

#[test]
fn ones_own_password_is_not_guessed_through_a_stolen_session_either() {
    let server = closed().start();
    let browser = server.browser_of(ADMIN);
    let body = json!({"old_password": "not this one", "new_password": "another long password"}).to_string();
    for _ in 0..10 {
        browser.request("POST", "/api/auth/password/", &body).is(400);
    }
    browser.request("POST", "/api/auth/password/", &body).is(429);
    browser.get("/api/auth/me/").is(200);
}

#[test]
fn a_flood_of_sign_ins_takes_bounded_memory_and_leaves_the_rest_alone() {
    let server = setup().start();
    server.get("/api/items/").is(200);
    let before = server.memory("VmRSS");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let flood = |thread: u32| {
            let server = &server;
            let one = move |number| guess(server, &format!("user{number}"), &format!("10.{thread}.0.{number}"));
            (0..8).map(one).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..48).map(|thread| scope.spawn(move || flood(thread))).collect();
        let statuses: Vec<_> = threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("statuses"))
            .collect();
        server.get("/api/items/").is(200);
        statuses
    });
    assert!(
        statuses.iter().all(|status| matches!(status, 400 | 503)),
        "{statuses:?}"
    );
    // Two hashes at a time, 19 MiB each, and what the threads of requests take.
    let grown = server.memory("VmHWM").saturating_sub(before);
    assert!(grown < 80 * 1024, "{grown} KiB");
}
