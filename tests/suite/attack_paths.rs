//! Alternative spellings of paths: none of them bypasses the guard of accounts or of a table with a read rule.

use serde_json::json;

use crate::client::Answer;
use crate::roles_fixture::ServerWithRoles;
use crate::server::Server;
use crate::tables::DIARIES;

/// Spellings of `/api/NAME/`, with `{}` for the name. A server that takes one of them for the address must guard it.
const SPELLINGS: [&str; 44] = [
    "/api/{}/",
    "/api/{}",
    "/api//{}/",
    "//api/{}/",
    "///api///{}///",
    "/api/./{}/",
    "/./api/{}/",
    "/api/items/../{}/",
    "/api/x/../{}/",
    "/static/../api/{}/",
    "/static/..%2fapi/{}/",
    "/livez/../api/{}/",
    "/api/%2e%2e/api/{}/",
    "/api/%2e/{}/",
    "/api%2f{}/",
    "/api%2F{}%2F",
    "/%2fapi/{}/",
    "/%61pi/{}/",
    "/%61%70%69/{}/",
    "/api/{}%2f",
    "/api/{}/%2e",
    "/api/{}/.",
    "/api/{}/..;/{}/",
    "/api/;/{}/",
    "/api;x/{}/",
    "/api/{};/",
    "/api/{};x=1/",
    "/api/{}%3b/",
    "/api/{}%00/",
    "/api/%00{}/",
    "/api/{}%20/",
    "/api/{}%09",
    "/api/{}%0a",
    "/api/{}.json",
    "/api/{}%3f",
    "/api/{}%23",
    "/api/{}/?format=json",
    "/api\\{}\\",
    "/api%5c{}",
    "/%c0%afapi/{}/",
    "/api/%c0%ae%c0%ae/api/{}/",
    "/api/%ef%bc%8f{}/",
    "/API/{}/",
    "/Api/{}/",
];

/// Spellings of a name itself.
fn spellings_of(name: &str) -> Vec<String> {
    let first = name.chars().next().expect("a name");
    let rest = &name[first.len_utf8()..];
    vec![
        name.to_owned(),
        name.to_uppercase(),
        format!("{}{rest}", first.to_uppercase()),
        format!("%{:02x}{rest}", first as u32),
        format!("%25{:02x}{rest}", first as u32),
        name.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        // Fullwidth, which Unicode's compatibility forms turn into the plain letter.
        format!("%ef%bd%{:02x}{rest}", 0x81 + (first as u32 - 'a' as u32)),
        // An overlong form, which is no UTF-8.
        format!("%c1%{:02x}{rest}", 0x80 | (first as u32 & 0x3f)),
        format!("{first}%cc%81{rest}"),
        format!("{name}%c2%a0"),
        format!("\"{name}\""),
        format!("main.{name}"),
        format!("[{name}]"),
    ]
}

fn ask(server: &Server, method: &str, target: &str, headers: &str, body: &str) -> Option<Answer> {
    let length = body.len();
    server.raw(
        format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        )
        .as_bytes(),
    )
}

#[test]
fn no_spelling_of_their_address_leads_strangers_to_accounts() {
    let closed = ServerWithRoles::start();
    let before = closed.accounts();
    let account = json!({"username": "mallory", "password": "a password of mallory", "role": "admin"}).to_string();
    for spelling in SPELLINGS {
        for name in [
            "auth/users",
            "auth%2fusers",
            "auth//users",
            "auth/./users",
            "auth/me/../users",
            "AUTH/USERS",
        ] {
            let target = spelling.replace("{}", name);
            for (method, body) in [("GET", ""), ("POST", account.as_str()), ("DELETE", "")] {
                // To close without a word is an answer too.
                let Some(reply) = ask(&closed.server, method, &target, "", body) else {
                    continue;
                };
                assert!(
                    (400..500).contains(&reply.status),
                    "{method} {target} was answered {} {}",
                    reply.status,
                    reply.text()
                );
                assert!(!reply.text().contains("viewer"), "{method} {target}: {}", reply.text());
            }
        }
    }
    assert_eq!(closed.accounts(), before);
}

#[test]
fn no_spelling_of_their_address_leads_editors_to_accounts() {
    let closed = ServerWithRoles::start();
    let before = closed.accounts();
    let (id, token) = (closed.id_of("editor"), closed.token("editor"));
    let headers = format!("Authorization: Token {token}\r\n");
    for spelling in SPELLINGS {
        for name in [
            format!("auth/users/{id}"),
            format!("auth/users//{id}"),
            format!("auth/users/0{id}"),
        ] {
            let target = spelling.replace("{}", &name);
            for (method, body) in [("GET", ""), ("PATCH", "{\"role\": \"admin\"}")] {
                if let Some(reply) = ask(&closed.server, method, &target, &headers, body) {
                    assert!(
                        (400..500).contains(&reply.status),
                        "{method} {target} was answered {} {}",
                        reply.status,
                        reply.text()
                    );
                }
            }
        }
    }
    assert_eq!(closed.accounts(), before);
}

#[test]
fn no_spelling_of_its_name_shows_a_table_that_one_may_not_read() {
    let closed = ServerWithRoles::with(|setup| {
        setup
            .tables(DIARIES)
            .socle_toml("[tables.diaries]\nread = \"editor\"\n")
    });
    closed
        .as_role("editor", "GET", "/api/diaries/1/", &serde_json::Value::Null)
        .is(200);
    let viewer = format!("Authorization: Token {}\r\n", closed.token("viewer"));
    for spelling in SPELLINGS {
        for name in spellings_of("diaries") {
            for row in ["", "/1"] {
                let target = spelling.replace("{}", &format!("{name}{row}"));
                for headers in ["", &viewer] {
                    for (method, body) in [
                        ("GET", ""),
                        ("OPTIONS", ""),
                        ("PATCH", "{\"entry\": \"changed\"}"),
                        ("DELETE", ""),
                    ] {
                        if let Some(reply) = ask(&closed.server, method, &target, headers, body) {
                            let said = reply.text();
                            assert!(
                                !said.contains("diary") && !said.contains("entry"),
                                "{method} {target}: {said}"
                            );
                            // Whatever lies under `/static/` answers OPTIONS, if only with what it allows.
                            let is_static = method == "OPTIONS" && target.starts_with("/static/");
                            assert!(
                                is_static || (400..500).contains(&reply.status),
                                "{method} {target} was answered {} {said}",
                                reply.status
                            );
                        }
                    }
                }
            }
        }
    }
    let kept = closed.as_role("editor", "GET", "/api/diaries/", &serde_json::Value::Null);
    assert_eq!(kept.is(200).json(), json!([{"id": 1, "entry": "dear diary"}]));
}

#[test]
fn a_table_that_one_may_not_read_is_answered_as_one_that_is_not_there() {
    let closed =
        ServerWithRoles::with(|setup| setup.tables(DIARIES).socle_toml("[tables.diaries]\nread = \"admin\"\n"));
    for role in ["viewer", "worker", "editor"] {
        for (method, tail, body) in [
            ("GET", "", json!(null)),
            ("HEAD", "", json!(null)),
            ("GET", "?nonsense=1", json!(null)),
            ("OPTIONS", "", json!(null)),
            ("POST", "", json!({"entry": 1})),
            ("PUT", "", json!({"entry": 1})),
            ("GET", "1/", json!(null)),
            ("PATCH", "1/", json!({"nonsense": 1})),
            ("DELETE", "1/", json!(null)),
        ] {
            let answer = |table: &str| {
                let answer = closed.as_role(role, method, &format!("/api/{table}/{tail}"), &body);
                let headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
                (answer.status, answer.text(), headers)
            };
            assert_eq!(answer("diaries"), answer("nowhere"), "{method} {tail} as {role}");
        }
    }
}
