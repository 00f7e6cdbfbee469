//! Guessing names and passwords: what is answered does not tell the one from the other, and guessing is slow.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Answer;
use crate::closed::{Closed, password};

fn try_it(closed: &Closed, path: &str, username: &str, password: &str) -> Answer {
    closed
        .server
        .post(path, json!({"username": username, "password": password}))
}

/// The answer without what differs from one to the next.
fn shape(answer: &Answer) -> (u16, Value, Vec<(String, String)>) {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
        .collect();
    headers.sort();
    (answer.status, answer.json(), headers)
}

#[test]
fn an_unknown_name_is_answered_as_a_wrong_password_is() {
    let closed = Closed::start();
    for path in ["/api/auth/token/", "/api/auth/login/"] {
        let wrong = try_it(&closed, path, "editor", "not the password").is(400);
        for (username, password) in [
            ("nobody", "not the password".to_owned()),
            ("editor ", password("editor")),
            ("editor\u{0}", password("editor")),
            ("' OR 1=1 --", password("editor")),
            ("editor", format!("{} ", password("editor"))),
            ("editor", password("editor").to_uppercase()),
            ("editor", password("viewer")),
        ] {
            let answer = try_it(&closed, path, username, &password);
            assert_eq!(shape(&answer), shape(&wrong), "{path} {username:?}");
        }
    }
}

#[test]
fn an_unknown_name_takes_as_long_as_a_wrong_password() {
    let closed = Closed::start();
    let median = |name: &dyn Fn(usize) -> String| {
        let mut times: Vec<Duration> = (0..9)
            .map(|n| {
                let begun = Instant::now();
                try_it(&closed, "/api/auth/token/", &name(n), "not the password").is(400);
                begun.elapsed()
            })
            .collect();
        times.sort();
        times[times.len() / 2]
    };
    let wrong = median(&|_| "editor".to_owned());
    let unknown = median(&|n| format!("nobody{n}"));
    // Hashing takes far longer than everything else: to leave it out would show as a factor of ten and more.
    assert!(
        unknown > wrong / 3 && wrong > unknown / 3,
        "wrong password: {wrong:?}, unknown name: {unknown:?}"
    );
}

#[test]
fn guessing_is_held_up_and_the_right_password_does_not_help_then() {
    let closed = Closed::start();
    let held = (0..50)
        .map(|n| try_it(&closed, "/api/auth/token/", "editor", &format!("guess number {n}")))
        .find(|answer| answer.status == 429)
        .expect("guessing is held up");
    let wait: u64 = held.header("retry-after").parse().expect("seconds");
    assert!(wait >= 1);
    for path in ["/api/auth/token/", "/api/auth/login/"] {
        try_it(&closed, path, "editor", &password("editor")).is(429);
        // No spelling of the name or the address is another.
        try_it(&closed, path, "EDITOR", &password("editor")).refused();
    }
    for header in [
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Client-IP",
        "CF-Connecting-IP",
        "True-Client-IP",
    ] {
        let body = json!({"username": "editor", "password": password("editor")}).to_string();
        for address in ["203.0.113.7", "for=203.0.113.8", "127.0.0.1"] {
            closed
                .server
                .ask(
                    "POST",
                    "/api/auth/token/",
                    &[(header, address), ("Content-Type", "application/json")],
                    body.as_bytes(),
                )
                .is(429);
        }
    }
    // Who has a token already is not locked out.
    closed.as_role("editor", "GET", "/api/auth/me/", &Value::Null).is(200);
}

#[test]
fn an_unknown_name_is_held_up_as_a_known_one_is() {
    let closed = Closed::start();
    let until_held = |name: &str| {
        (0..50)
            .position(|n| try_it(&closed, "/api/auth/token/", name, &format!("guess number {n}")).status == 429)
            .expect("guessing is held up")
    };
    assert_eq!(until_held("editor"), until_held("nobody"));
}

#[test]
fn guessing_the_old_password_is_held_up_too() {
    let closed = Closed::start();
    let held = (0..50).any(|n| {
        let guess = json!({"old_password": format!("guess number {n}"), "new_password": "a new long password"});
        closed.as_role("editor", "POST", "/api/auth/password/", &guess).status == 429
    });
    assert!(held, "the old password may be guessed without end");
    assert!(!closed.token_of("viewer").is_empty());
}

#[test]
fn many_at_once_are_no_more_than_one_after_the_other() {
    let closed = Closed::start();
    let checked = std::thread::scope(|scope| {
        let attempts: Vec<_> = (0..40)
            .map(|n| {
                let closed = &closed;
                scope.spawn(move || try_it(closed, "/api/auth/token/", "editor", &format!("guess number {n}")).status)
            })
            .collect();
        let statuses: Vec<u16> = attempts
            .into_iter()
            .map(|attempt| attempt.join().expect("an answer"))
            .collect();
        assert!(
            statuses.iter().all(|status| matches!(status, 400 | 429 | 503)),
            "{statuses:?}"
        );
        statuses.iter().filter(|status| **status == 400).count()
    });
    assert!(checked <= 12, "{checked} guesses were checked");
}

#[test]
fn guesses_from_everywhere_at_once_take_bounded_memory() {
    let closed = Closed::start();
    std::thread::scope(|scope| {
        for n in 0..100 {
            let closed = &closed;
            scope.spawn(move || {
                let status = try_it(closed, "/api/auth/token/", &format!("nobody{n}"), "not the password").status;
                assert!(matches!(status, 400 | 429 | 503), "{status}");
            });
        }
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", closed.server.pid())).expect("the process");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("its peak");
    let peak: u64 = peak.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    assert!(peak < 150 * 1024, "{peak} kB");
}

#[test]
fn what_is_no_name_and_password_is_refused_before_it_is_tried() {
    let closed = Closed::start();
    for body in [
        json!({"username": {"$ne": null}, "password": {"$ne": null}}),
        json!({"username": ["editor"], "password": [password("editor")]}),
        json!({"username": "editor", "password": true}),
        json!({"username": "editor", "password": null}),
        json!({"username": "editor", "password": ""}),
        json!({"username": "editor"}),
        json!([{"username": "editor", "password": password("editor")}]),
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
fn behind_a_trusted_proxy_each_client_is_held_up_alone() {
    let closed = Closed::with(|setup| setup.env("TRUSTED_PROXIES", "127.0.0.1"));
    let try_from = |address: &str, password: &str| {
        let body = json!({"username": "editor", "password": password}).to_string();
        let headers = [("X-Forwarded-For", address), ("Content-Type", "application/json")];
        closed.server.ask("POST", "/api/auth/token/", &headers, body.as_bytes())
    };
    for (guesser, same, other) in [
        ("203.0.113.1", "1.2.3.4, 203.0.113.1", "203.0.113.2"),
        ("2001:db8:1::1", "2001:db8:1::ffff:ffff:1", "2001:db8:2::1"),
    ] {
        let held = (0..50).any(|n| try_from(guesser, &format!("guess number {n}")).status == 429);
        assert!(held, "{guesser} may guess without end");
        try_from(same, &password("editor")).is(429);
        try_from(other, &password("editor")).is(200);
    }
    let audit = closed
        .as_role("admin", "GET", "/api/auth/audit/", &Value::Null)
        .is(200)
        .text();
    assert!(audit.contains("203.0.113.1") && !audit.contains("1.2.3.4"), "{audit}");
}

#[test]
fn passwords_are_nowhere_to_be_read() {
    let mut closed = Closed::with(|setup| setup.env("LOG_LEVEL", "trace"));
    try_it(&closed, "/api/auth/token/", "editor", "a secret that was mistyped").is(400);
    try_it(&closed, "/api/auth/token/", "a secret in the wrong field", "x").is(400);
    let session = closed.session_of("editor");
    let audit = closed
        .as_role("admin", "GET", "/api/auth/audit/", &Value::Null)
        .is(200)
        .text();
    let (_, secret) = session.cookie.split_once('=').expect("a cookie");
    let secrets = [
        "the long password of",
        "a secret that was mistyped",
        "a secret in the wrong field",
        secret,
        closed.token("admin"),
        &session.csrf_token,
    ]
    .map(str::to_owned);
    let said = closed.server.stop().well().said();
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
