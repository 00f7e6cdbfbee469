//! Foreign keys of every kind, and what `expand` may show.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::REFERENCES;

fn references() -> Server {
    Server::with_tables(REFERENCES)
}

#[test]
fn a_reference_by_text_or_by_another_unique_column_is_followed() {
    let server = references();
    let france = json!({"code": "FR", "iso": 250, "name": "France"});
    let stay = server.get("/api/stays/1/?expand=country,iso").is(200).json();
    assert_eq!((&stay["country"], &stay["iso"]), (&france, &france));
    let refused = server
        .post("/api/stays/", json!({"country": "XX", "iso": 999}))
        .is(400)
        .json();
    assert_eq!(
        refused["country"],
        json!(["Invalid pk \"XX\" - object does not exist."])
    );
    assert!(refused["iso"].is_array(), "{refused}");
    server.post("/api/stays/", json!({"country": "a/b", "iso": 1})).is(201);
}

#[test]
fn a_reference_of_several_columns_is_enforced() {
    let server = references();
    let refused = server
        .post("/api/stays/", json!({"house": "h", "number": 2}))
        .is(400)
        .text();
    assert!(refused.contains("house") || refused.contains("number"), "{refused}");
    server.post("/api/stays/", json!({"house": "h", "number": 1})).is(201);
    server.post("/api/stays/", json!({"house": "h"})).is(201);
    server.delete("/api/rooms/h,1/").is(409);
}

#[test]
fn a_hidden_table_is_not_shown_through_a_reference() {
    let server = references();
    for answer in [
        server.get("/api/stays/?expand=secret_id"),
        server.get("/api/stays/1/?expand=secret_id"),
        server.get("/api/stays/?expand=secret_id&format=csv"),
        server.get("/api/openapi.json"),
        server.options("/api/stays/"),
    ] {
        let shows = ["hidden-word", "_secrets"].map(|secret| answer.text().contains(secret));
        assert_eq!(shows, [false, false], "{} shows the row or the name", answer.what);
    }
    server.get("/api/stays/?expand=secret_id").is(400);
    assert_eq!(server.get("/api/stays/1/").json()["secret_id"], 1);
    server.post("/api/stays/", json!({"secret_id": 1})).is(201);
    server.post("/api/stays/", json!({"secret_id": 2})).is(400);
}

#[test]
fn a_reference_to_a_missing_table_affects_only_requests_that_use_it() {
    let server = Server::with_tables(
        "CREATE TABLE orphans (id INTEGER PRIMARY KEY, name TEXT, parent_id INTEGER REFERENCES nowhere(id));
             INSERT INTO orphans (name) VALUES ('kept');",
    );
    assert_eq!(server.column("/api/orphans/", "name"), ["kept"]);
    server.get("/api/orphans/1/").is(200);
    server.options("/api/orphans/").is(200);
    server.get("/api/openapi.json").is(200);
    assert!(
        server
            .post("/api/orphans/", json!({"name": "n", "parent_id": 1}))
            .status
            < 600
    );
    server.post("/api/items/", json!({"name": "n"})).is(201);
}

#[test]
fn columns_named_like_lookups_are_told_apart() {
    let server = Server::with_tables(
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, price INTEGER, price__gt INTEGER, \"in\" INTEGER, x__ INTEGER);
             INSERT INTO odd VALUES (1, 5, 1, 0, 0), (2, 10, 7, 1, 1);",
    );
    for (query, expected) in [
        ("price__gt__exact=7", &[2][..]),
        ("price__gt__gte=1", &[1, 2]),
        ("in=1", &[2]),
        ("in__in=0,1", &[1, 2]),
        ("price=5", &[1]),
        ("x____exact=1", &[2]),
    ] {
        assert_eq!(server.ids(&format!("/api/odd/?{query}")), expected, "{query}");
    }
}

#[test]
fn values_as_answered_work_as_filters() {
    let server = Server::with_tables(
        "CREATE TABLE times (id INTEGER PRIMARY KEY, moment TIMESTAMP, ident UUID, flag BOOLEAN, price DECIMAL(8,2));
             INSERT INTO times (moment, ident, flag, price) VALUES
                ('2026-01-31 12:00:00', '0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a', 1, 5),
                ('2026-01-31 12:00:00.250000', '0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1b', 0, 5.5),
                ('2026-01-31 12:00:00.500000', NULL, NULL, 0.1);",
    );
    let rows = server.rows("/api/times/");
    for (column, ids) in [
        ("moment", vec![1, 2, 3]),
        ("ident", vec![1, 2]),
        ("flag", vec![1, 2]),
        ("price", vec![1, 2, 3]),
    ] {
        for id in ids {
            let value = &rows[id - 1][column];
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let found = server.column(&format!("/api/times/?{column}={text}"), "id");
            assert!(
                found.contains(&Value::from(id)),
                "{column}={text} finds {found:?} without {id}"
            );
        }
    }
}

const BROKEN: &str = "
    CREATE TABLE orphans (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id), name TEXT);
    CREATE TABLE watched (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TRIGGER watch AFTER UPDATE ON watched BEGIN INSERT INTO watchers (name) VALUES (NEW.name); END;
    INSERT INTO watched VALUES (1, 'kept');";

#[test]
fn a_reference_or_trigger_to_a_missing_table_is_logged_at_the_start_and_answers_500() {
    let server = Server::with_tables(BROKEN);
    for (table, missing) in [("orphans", "main.parents"), ("watched", "main.watchers")] {
        let said = server.output();
        let lines: Vec<_> = said
            .lines()
            .filter(|line| line.contains("WARN") && line.contains(&format!("\"{table}\"")))
            .collect();
        assert_eq!(lines.len(), 1, "{table}: {said}");
        assert!(lines[0].contains(missing), "{}", lines[0]);
    }
    let failed = [
        server.post("/api/orphans/", json!({"name": "n"})),
        server.patch("/api/watched/1/", json!({"name": "changed"})),
    ];
    for answer in failed {
        let answer = answer.is(500);
        assert_eq!(
            answer.json(),
            json!({"detail": "Something went wrong inside. The log says what."})
        );
        assert_eq!(answer.header("retry-after"), "");
    }
    server.post("/api/watched/", json!({"name": "new"})).is(201);
    assert_eq!(server.column("/api/watched/", "name"), ["kept", "new"]);
    server.get("/api/orphans/").is(200);
}
