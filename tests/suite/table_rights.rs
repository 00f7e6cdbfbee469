//! Who may read and write which table: what `socle.toml` says, held against every method.

use serde_json::json;

use crate::server::{Server, Setup};

/// One table for each pair of rules that the file may give.
const RULES: [(&str, Option<&str>, Option<&str>); 9] = [
    ("plain", None, None),
    ("written", None, Some("public")),
    ("kept", None, Some("viewer")),
    ("edited", None, Some("editor")),
    ("owned", None, Some("admin")),
    ("seen", Some("viewer"), None),
    ("noted", Some("viewer"), Some("viewer")),
    ("drafts", Some("editor"), None),
    ("secrets", Some("admin"), None),
];

fn setup() -> Setup {
    let tables = RULES.map(|(name, ..)| {
        format!(
            "CREATE TABLE {name} (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO {name} VALUES (1, 'one'), (2, 'two');"
        )
    });
    let sections = RULES.map(|(name, read, write)| {
        let line = |key: &str, word: Option<&str>| word.map_or(String::new(), |word| format!("{key} = '{word}'\n"));
        format!("[tables.{name}]\n{}{}", line("read", read), line("write", write))
    });
    Setup::new()
        .migration("V1__tables.sql", &tables.concat())
        .rules(&sections.concat())
}

/// What every method answers on a table and a row of it.
#[track_caller]
fn is_as_promised(
    server: &Server,
    headers: &[(&str, &str)],
    table: &str,
    may_read: bool,
    may_write: bool,
    is_known: bool,
) {
    let (list, row) = (format!("/api/{table}/"), format!("/api/{table}/1/"));
    let ask = |method: &str, path: &str, body: &[u8]| {
        let headers = [headers, &[("Content-Type", "application/json")]].concat();
        server.ask(method, path, &headers, body)
    };
    let reading = if may_read { 200 } else { 404 };
    let refused = match (may_read, is_known) {
        (false, _) => 404,
        (true, false) => 401,
        (true, true) => 403,
    };
    let writing = |good: u16| if may_write { good } else { refused };
    for path in [&list, &row] {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert_eq!(ask(method, path, b"").status, reading, "{method} {path}");
        }
    }
    let body = br#"{"name": "new"}"#;
    for (method, path, good) in [
        ("POST", &list, 201),
        ("PUT", &row, 200),
        ("PATCH", &row, 200),
        ("DELETE", &row, 204),
    ] {
        let sent: &[u8] = if method == "DELETE" { b"" } else { body };
        let answer = ask(method, path, sent);
        assert_eq!(answer.status, writing(good), "{method} {path}: {}", answer.text());
        let challenge = if answer.status == 401 {
            "Bearer realm=\"socle\""
        } else {
            ""
        };
        assert_eq!(answer.header("www-authenticate"), challenge, "{method} {path}");
        match answer.status {
            401 => assert_eq!(
                answer.json(),
                json!({"detail": "Authentication credentials were not provided."})
            ),
            403 => assert_eq!(
                answer.json(),
                json!({"detail": "You do not have permission to perform this action."})
            ),
            404 => assert_eq!(answer.json(), json!({"detail": "Not found."})),
            _ => {}
        }
    }
    let described = ask("OPTIONS", &list, b"");
    if may_read {
        assert_eq!(described.json().get("actions").is_some(), may_write, "{table}");
        assert!(described.header("allow").contains("POST"), "{table}");
    }
    let root = ask("GET", "/api/", b"").is(200).json();
    assert_eq!(root.get(table).is_some(), may_read, "{table}: {root}");
    let paths = ask("GET", "/api/openapi.json", b"").is(200).json()["paths"].take();
    assert_eq!(paths.get(&list).is_some(), may_read, "{table}");
}

#[test]
fn before_there_are_accounts_strangers_may_do_what_no_rule_forbids() {
    let server = setup().start();
    for (table, read, write) in RULES {
        let may_read = read.is_none();
        let may_write = may_read && matches!(write, None | Some("public"));
        is_as_promised(&server, &[], table, may_read, may_write, false);
    }
}

#[test]
fn who_may_not_write_is_told_so_before_anything_else_of_the_request() {
    let server = setup().start();
    for (method, path, kind, body) in [
        ("POST", "/api/owned/", "application/json", "no json"),
        ("POST", "/api/owned/?unknown=1", "application/json", "{}"),
        ("POST", "/api/owned/", "image/png", "x"),
        ("PUT", "/api/owned/99/", "application/json", "{}"),
        ("PATCH", "/api/owned/nonsense/", "application/json", "{\"nothing\": 1}"),
    ] {
        server.send(method, path, kind, body.as_bytes()).is(401);
    }
    server.delete("/api/owned/99/").is(401);
    server.put("/api/owned/", json!({})).is(405);
    server.send("POST", "/api/secrets/", "image/png", b"x").is(404);
}

#[test]
fn a_row_is_not_expanded_by_one_from_a_table_that_one_may_not_read() {
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO people VALUES (1, 'Ada');
               CREATE TABLE notes (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people(id));
               INSERT INTO notes VALUES (1, 1);";
    let server = Setup::new()
        .migration("V1__notes.sql", sql)
        .rules("[tables.people]\nread = 'viewer'")
        .start();
    let refused = server.get("/api/notes/?expand=person_id").is(400).json();
    assert_eq!(
        refused,
        json!({"expand": ["\"person_id\" is not a foreign key. This table has none."]})
    );
    assert_eq!(
        server.get("/api/notes/1/").is(200).json(),
        json!({"id": 1, "person_id": 1})
    );
    assert_eq!(
        server.options("/api/notes/").json()["actions"]["POST"]["person_id"].get("references"),
        None
    );
}

#[test]
fn caches_are_told_when_answers_differ_by_caller() {
    let plain = Server::start();
    assert_eq!(plain.get("/api/items/1/").header("vary"), "");
    assert_eq!(plain.get("/api/items/").header("vary"), "Accept");
    let server = setup().start();
    for path in [
        "/api/",
        "/api/openapi.json",
        "/api/plain/1/",
        "/api/secrets/",
        "/api/secrets/1/",
    ] {
        assert_eq!(server.get(path).header("vary"), "Authorization, Cookie", "{path}");
    }
    assert_eq!(
        server.get("/api/plain/").header("vary"),
        "Accept, Authorization, Cookie"
    );
}

#[test]
fn openapi_says_which_operations_ask_for_a_role() {
    let server = setup().start();
    let document = server.get("/api/openapi.json").is(200).json();
    let security = |path: &str, method: &str| document["paths"][path][method].get("security").cloned();
    assert_eq!(security("/api/plain/", "get"), None);
    assert_eq!(security("/api/plain/", "post"), None);
    assert_eq!(security("/api/kept/", "get"), None);
    assert_eq!(security("/api/kept/", "post"), Some(json!([{"bearer": ["viewer"]}])));
    assert_eq!(
        security("/api/owned/{id}/", "delete"),
        Some(json!([{"bearer": ["admin"]}]))
    );
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let responses = &document["paths"]["/api/owned/{id}/"]["delete"]["responses"];
    assert!(
        responses.get("401").is_some() && responses.get("403").is_some(),
        "{responses}"
    );
    // Who runs the command sees whatever is not hidden from everyone.
    let printed: serde_json::Value = serde_json::from_str(&server.setup.run(&["openapi"]).well().out).unwrap();
    assert_eq!(
        printed["paths"]["/api/secrets/"]["get"]["security"],
        json!([{"bearer": ["admin"]}])
    );
}
