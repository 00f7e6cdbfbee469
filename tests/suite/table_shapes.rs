//! Unusual tables: views, generated columns, difficult names, many columns, system tables.

use serde_json::{Value, json};

use crate::primary_keys::segment;
use crate::server::Server;

#[test]
fn a_view_is_a_table_that_is_only_read() {
    let server =
        Server::with_tables("CREATE VIEW named AS SELECT id, upper(name) AS loud FROM items WHERE name <> '';");
    server
        .post("/api/items/", json!([{"name": "a"}, {"name": ""}, {"name": "c"}]))
        .is(201);
    assert_eq!(server.column("/api/named/?ordering=-loud", "loud"), ["C", "A"]);
    assert_eq!(server.rows("/api/named/?loud=A"), [json!({"id": 1, "loud": "A"})]);
    assert_eq!(server.get("/api/named/?limit=1").is(200).header("x-total-count"), "2");
    let refused = server.post("/api/named/", json!({"loud": "B"})).is(405);
    assert!(refused.header("allow").contains("GET") && !refused.header("allow").contains("POST"));
    server.get("/api/named/1/").is(404);
}

#[test]
fn a_generated_column_is_computed_and_read_only() {
    let server = Server::with_tables(
        "CREATE TABLE lines (id INTEGER PRIMARY KEY, price INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 1,
                                 total INTEGER GENERATED ALWAYS AS (price * count) VIRTUAL,
                                 label TEXT AS ('n' || count) STORED);",
    );
    let row = server
        .post(
            "/api/lines/",
            json!({"price": 5, "count": 3, "total": 1000, "label": "mine"}),
        )
        .is(201)
        .json();
    assert_eq!((&row["total"], &row["label"]), (&json!(15), &json!("n3")));
    assert_eq!(
        server.patch("/api/lines/1/", json!({"count": 4})).is(200).json()["total"],
        20
    );
    assert_eq!(server.ids("/api/lines/?total=20"), [1]);
    assert_eq!(
        server.options("/api/lines/").json()["actions"]["POST"]["total"]["read_only"],
        true
    );
}

#[test]
fn names_that_are_sql_words_or_hold_quotes_and_spaces_are_names_like_others() {
    let server = Server::with_tables(
        r#"CREATE TABLE "order" (id INTEGER PRIMARY KEY, "select" TEXT, "group" INTEGER, "from" TEXT);
               CREATE TABLE "it's ""my"" table" (id INTEGER PRIMARY KEY, "say ""hi"", you" TEXT, "it's" TEXT, "a b" TEXT, "é" TEXT);
               CREATE TABLE "données" (id INTEGER PRIMARY KEY, "ordering" TEXT, "limit" INTEGER, "search" TEXT);"#,
    );
    let row = server
        .post("/api/order/", json!({"select": "*", "group": 5, "from": "x"}))
        .is(201)
        .json();
    assert_eq!(row, json!({"id": 1, "select": "*", "group": 5, "from": "x"}));
    assert_eq!(
        server.ids("/api/order/?group__gt=4&select=*&ordering=-from,group&search=x"),
        [1]
    );

    let table = format!("/api/{}/", segment(r#"it's "my" table"#));
    let body = json!({"say \"hi\", you": "1", "it's": "2", "a b": "3", "é": "4"});
    let made = server.post(&table, body).is(201);
    assert_eq!(server.get(&made.location()).is(200).json(), made.json());
    let query = format!(
        "{table}?{}=1&{}__in=2,5&a+b=3&%C3%A9=4",
        segment("say \"hi\", you"),
        segment("it's")
    );
    assert_eq!(server.ids(&query), [1]);
    assert!(
        server
            .get(&format!("{table}?format=csv"))
            .is(200)
            .text()
            .starts_with("id,\"say \"\"hi\"\", you\",it's,a b,é")
    );

    server
        .post(
            "/api/donn%C3%A9es/",
            json!({"ordering": "o", "limit": 3, "search": "s"}),
        )
        .is(201);
    assert_eq!(
        server.ids("/api/donn%C3%A9es/?ordering__exact=o&limit__exact=3&search__exact=s&limit=1&ordering=-limit"),
        [1]
    );
    let root = server.get("/api/").is(200).json();
    assert_eq!(root["données"], server.url("/api/donn%C3%A9es/"));
}

#[test]
fn a_table_of_200_columns_is_served() {
    let columns: String = (0..200).map(|n| format!(", c{n} INTEGER NOT NULL")).collect();
    let sql = format!("CREATE TABLE wide (id INTEGER PRIMARY KEY{columns});");
    let server = Server::with_tables(&sql);
    let body: Value = (0..200).map(|n| (format!("c{n}"), json!(n))).collect();
    let row = server.post("/api/wide/", body).is(201).json();
    assert_eq!(row.as_object().map(serde_json::Map::len), Some(201));
    assert!((0..200).all(|n| row[format!("c{n}")] == n));
    assert_eq!(server.get("/api/wide/1/").json(), row);
    assert_eq!(
        server
            .post("/api/wide/", json!({}))
            .is(400)
            .json()
            .as_object()
            .map(serde_json::Map::len),
        Some(200)
    );
}

#[test]
fn system_tables_are_not_there_and_neither_are_tables_under_reserved_names() {
    let server = Server::with_tables(
        "CREATE TABLE _secret (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE jobs (id INTEGER PRIMARY KEY);
             CREATE VIRTUAL TABLE notes USING fts5(body); CREATE TABLE seen (id INTEGER PRIMARY KEY);",
    );
    let root = server.get("/api/").is(200).json();
    let names: Vec<_> = root.as_object().unwrap().keys().collect();
    let hidden = |name: &str| name.starts_with('_') || name.starts_with("notes_") || name == "jobs";
    assert!(
        names.iter().any(|name| *name == "seen") && !names.iter().any(|name| hidden(name)),
        "{names:?}"
    );
    for name in [
        "_secret",
        "sqlite_schema",
        "sqlite_master",
        "sqlite_sequence",
        "refinery_schema_history",
        "notes_data",
    ] {
        server.get(&format!("/api/{name}/")).is(404);
    }
    server.get("/api/ITEMS/").is(404);
    assert!(
        server
            .output()
            .lines()
            .any(|line| line.contains("jobs") && line.contains("path")),
        "{}",
        server.output()
    );
}
