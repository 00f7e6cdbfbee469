//! The log of a running server: one line for each request, without secrets.

use serde_json::{Value, json};

use crate::server::{Server, eventually};
use crate::tables::numbered_rows;

#[test]
fn each_request_is_a_line_with_what_was_asked_and_how_it_went() {
    let server = Server::start();
    server
        .request("GET", "/api/items/", &[("X-Request-Id", "one-and-only")], b"")
        .is(200);
    let line = eventually("a line of the request", || {
        server
            .output()
            .lines()
            .find(|line| line.contains("one-and-only"))
            .map(str::to_owned)
    });
    for part in ["GET", "/api/items/", "200"] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn json_logs_are_one_object_a_line_with_the_same_in_fields() {
    let mut server = Server::with(|setup| setup.env("LOG_FORMAT", "json"));
    server
        .request("GET", "/api/items/7/", &[("X-Request-Id", "one-and-only")], b"")
        .is(404);
    let ended = server.stop().success();
    let said = [ended.out, ended.err].concat();
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let line = lines
        .iter()
        .map(Value::to_string)
        .find(|line| line.contains("one-and-only"))
        .expect("the request's line");
    for part in ["\"GET\"", "\"/api/items/7/\"", "404"] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn probes_that_find_everything_well_leave_no_line_unless_debug_is_wanted() {
    let probes = ["/livez", "/readyz", "/healthz", "/health"];
    for (level, wanted) in [("info", 0), ("debug", probes.len())] {
        let mut server = Server::with(|setup| setup.env("LOG_LEVEL", level));
        for path in probes {
            server.get(path).is(200);
        }
        server.post("/livez", json!({})).is(405);
        server.get("/api/items/").is(200);
        let said = server.stop().success().output();
        let lines = |part: &str| said.lines().filter(|line| line.contains(part)).count();
        assert_eq!(lines("status=200") - lines("/api/items/"), wanted, "{said}");
        assert_eq!((lines("status=405"), lines("/api/items/")), (1, 1), "{said}");
    }
}

#[test]
fn bodies_and_headers_are_not_logged() {
    let mut server = Server::with(|setup| setup.env("LOG_LEVEL", "debug"));
    let headers = [("Cookie", "s=hidden-cookie"), ("Content-Type", "application/json")];
    for (name, value) in [
        ("Authorization", "Bearer hidden-token"),
        ("Cookie", "socle=hidden-session"),
    ] {
        server.request("GET", "/api/items/", &[(name, value)], b"").is(401);
    }
    server
        .request(
            "POST",
            "/api/items/",
            &headers,
            json!({"name": "hidden-body"}).to_string().as_bytes(),
        )
        .is(201);
    server
        .request("POST", "/api/items/", &headers, b"{\"name\": \"hidden-broken\"")
        .is(400);
    let said = server.stop().success().output();
    assert!(!said.contains("hidden-"), "{said}");
}

#[test]
fn a_client_cannot_write_lines_into_the_log() {
    let mut server = Server::start();
    server
        .raw_get("/api/items/%0aINFO%20forged%20line%0d%0a")
        .expect("an answer");
    server.raw_get("/api/items/\u{1b}[31mforged");
    let said = server.stop().success().output();
    assert!(
        !said.lines().any(|line| line.trim_start().starts_with("INFO forged")),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn the_line_of_a_streamed_list_tells_how_much_was_sent() {
    let server = Server::with(|setup| setup.tables(&numbered_rows(20_000)).env("LOG_FORMAT", "json"));
    let sent = server
        .request("GET", "/api/numbers/", &[("X-Request-Id", "the-long-one")], b"")
        .is(200)
        .text()
        .len();
    let line = eventually("a line of the request", || {
        server
            .output()
            .lines()
            .find(|line| line.contains("the-long-one"))
            .map(str::to_owned)
    });
    let line: Value = serde_json::from_str(&line).expect("an object");
    assert!(sent > 1_000_000, "{sent}");
    assert_eq!(line["bytes"], sent, "{line}");
}
