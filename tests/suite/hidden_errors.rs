//! Errors that a hidden table or column causes: told without its name.

use serde_json::json;

use crate::hidden::{clean, setup};
use crate::server::Setup;

#[test]
fn deleting_is_refused_for_hidden_rows_without_naming_them() {
    let server = setup().start();
    // The author of book 1 has a visible reference; number 3 is held by a hidden table alone.
    let said = clean(server.delete("/api/authors/3/").is(409)).json();
    assert_eq!(
        said,
        json!({"detail": "The row cannot be deleted: other rows point to it."})
    );
    server.patch("/api/books/2/", json!({"author_id": null})).is(200);
    // And number 2 by a hidden column of a table that is there to see.
    let said = clean(server.delete("/api/authors/2/").is(409)).json();
    assert_eq!(
        said,
        json!({"detail": "The row cannot be deleted: other rows point to it."})
    );
    let said = clean(server.delete("/api/authors/1/").is(409)).json();
    assert_eq!(
        said,
        json!({"detail": "The row cannot be deleted: rows of books point to it."})
    );
}

#[test]
fn a_rule_of_a_hidden_column_is_enforced_and_has_no_name() {
    const HIDDEN: &str = "
        CREATE TABLE unique_one (id INTEGER PRIMARY KEY, name TEXT, zz TEXT DEFAULT 'zzsame' UNIQUE);
        CREATE TABLE unique_two (id INTEGER PRIMARY KEY, name TEXT, zz TEXT DEFAULT 'zzsame', UNIQUE (name, zz));
        CREATE TABLE indexed (id INTEGER PRIMARY KEY, name TEXT, zz TEXT DEFAULT 'zzsame');
        CREATE UNIQUE INDEX zzindex ON indexed (lower(zz));
        CREATE TABLE not_null (id INTEGER PRIMARY KEY, name TEXT, zz TEXT NOT NULL);
        CREATE TABLE checked (id INTEGER PRIMARY KEY, name TEXT, zz INTEGER DEFAULT 1 CHECK (zz > 1));
        CREATE TABLE named (id INTEGER PRIMARY KEY, name TEXT, zz INTEGER DEFAULT 1, CONSTRAINT zzrule CHECK (zz > 1));
        CREATE TABLE together (id INTEGER PRIMARY KEY, name TEXT, zz INTEGER DEFAULT 1, CHECK (length(name) < zz));
        CREATE TABLE pointing (id INTEGER PRIMARY KEY, name TEXT, zz INTEGER DEFAULT 7 REFERENCES unique_one (id));
        CREATE TABLE deferred (id INTEGER PRIMARY KEY, name TEXT, zz INTEGER DEFAULT 7 REFERENCES unique_one (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE strict_one (id INTEGER PRIMARY KEY, name TEXT, zz INTEGER DEFAULT 'zzword') STRICT;
        CREATE TABLE zzlog (id INTEGER PRIMARY KEY, zzwhat TEXT NOT NULL);
        CREATE TABLE triggering (id INTEGER PRIMARY KEY, name TEXT, zz TEXT);
        CREATE TRIGGER logs AFTER INSERT ON triggering BEGIN INSERT INTO zzlog (zzwhat) VALUES (NULL); END;";
    let tables = [
        "unique_one",
        "unique_two",
        "indexed",
        "not_null",
        "checked",
        "named",
        "together",
        "pointing",
        "deferred",
        "strict_one",
        "triggering",
    ];
    let rules: String = tables
        .iter()
        .map(|table| format!("[tables.{table}.columns]\nzz = 'hidden'\n"))
        .collect();
    let rules = rules + "[tables.zzlog]\nhidden = true\n";
    let server = Setup::new()
        .env("DEBUG", "true")
        .tables(HIDDEN)
        .socle_toml(&rules)
        .start();
    for table in tables {
        let path = format!("/api/{table}/");
        if table.starts_with("unique") || table == "indexed" {
            server.post(&path, json!({"name": "long"})).is(201);
        }
        for body in [json!({"name": "long"}), json!([{"name": "long"}])] {
            let said = clean(server.post(&path, body).is(400)).text();
            assert!(
                said.contains("non_field_errors") || said.contains("a rule of the table"),
                "{table}: {said}"
            );
        }
        clean(server.options(&path).is(200));
        let problem = server
            .request(
                "POST",
                &path,
                &[("Accept", "application/problem+json")],
                b"{\"name\": \"long\"}",
            )
            .is(400);
        clean(problem);
    }
    clean(server.get("/api/openapi.json").is(200));
}

#[test]
fn what_debug_adds_names_nothing_hidden() {
    // This fails inside, and what is said of that is the database's business.
    let sql = "CREATE TABLE zzold (id INTEGER PRIMARY KEY, zzname INTEGER); CREATE VIEW ages AS SELECT abs(zzname) AS age FROM zzold;
               INSERT INTO zzold VALUES (1, -9223372036854775808);";
    let broken = |rules: &str| {
        let server = Setup::new().env("DEBUG", "true").tables(sql).socle_toml(rules).start();
        server.get("/api/ages/").is(500).json()
    };
    assert!(broken("").get("debug").is_some());
    assert_eq!(broken("[tables.zzold]\nhidden = true").get("debug"), None);
}
