//! Rows by their address, whatever their key is made of; and tables that have none.

use serde_json::{Value, json};

use crate::server::Server;

/// A value as one segment of a path.
fn segment(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn places() -> Server {
    Server::with(|setup| {
        setup.migration(
            "V1__places.sql",
            "CREATE TABLE places (code TEXT PRIMARY KEY, label TEXT NOT NULL DEFAULT '');",
        )
    })
}

#[test]
fn a_row_with_any_text_as_its_key_is_made_found_changed_and_deleted() {
    let server = places();
    let codes = [
        "FR",
        "75056",
        "a b",
        "a/b",
        "a//b/",
        "é",
        "東京",
        "😀",
        "100%",
        "%41",
        "a?b",
        "a#b",
        "a+b",
        "a&b=c",
        "a,b",
        "a;b",
        ".",
        "..",
        "a/../b",
        "\"quoted\"",
        "it's",
        "back\\slash",
        " padded ",
        "<tag>",
        "new\nline",
        "a:b@c",
        "~",
        "-1",
        "null",
    ];
    for code in codes {
        let made = server
            .post("/api/places/", json!({"code": code, "label": "made"}))
            .is(201);
        assert_eq!(made.json()["code"], code);
        let address = format!("/api/places/{}/", segment(code));
        assert_eq!(
            server.get(&made.location()).is(200).json(),
            made.json(),
            "{code:?} at {}",
            made.location()
        );
        assert_eq!(server.get(&address).is(200).json()["code"], code, "{address}");
        assert_eq!(
            server.patch(&address, json!({"label": "changed"})).is(200).json()["label"],
            "changed",
            "{address}"
        );
        assert_eq!(
            server.put(&address, json!({"code": code})).is(200).json()["label"],
            "",
            "{address}"
        );
    }
    assert_eq!(server.rows("/api/places/").len(), codes.len());
    for code in codes {
        server.delete(&format!("/api/places/{}", segment(code))).is(204);
    }
    assert_eq!(server.get("/api/places/").json(), json!([]));
}

#[test]
fn a_text_key_must_be_given_must_be_new_and_never_changes() {
    let server = places();
    let missing = server.post("/api/places/", json!({"label": "x"})).is(400).json();
    assert_eq!(missing, json!({"code": ["This field is required."]}));
    server.post("/api/places/", json!({"code": "FR"})).is(201);
    let twice = server.post("/api/places/", json!({"code": "FR"})).is(400).json();
    assert_eq!(twice, json!({"code": ["places with this code already exists."]}));

    let moved = json!({"code": ["A row's key cannot be changed."]});
    assert_eq!(
        server.patch("/api/places/FR/", json!({"code": "DE"})).is(400).json(),
        moved
    );
    assert_eq!(
        server.put("/api/places/FR/", json!({"code": "DE"})).is(400).json(),
        moved
    );
    server
        .patch("/api/places/FR/", json!({"code": "FR", "label": "France"}))
        .is(200);
    server
        .put("/api/places/FR/", json!({"label": "without the key"}))
        .is(200);
    server.get("/api/places/DE/").is(404);
}

#[test]
fn a_uuid_key_is_found_in_any_case() {
    let server =
        Server::with(|setup| setup.migration("V1__t.sql", "CREATE TABLE tokens (ident UUID PRIMARY KEY, note TEXT);"));
    let made = server
        .post("/api/tokens/", json!({"ident": "0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A"}))
        .is(201);
    assert_eq!(made.location(), "/api/tokens/0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a/");
    server.get("/api/tokens/0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A/").is(200);
    server.get("/api/tokens/nobody/").is(404);
}

#[test]
fn what_is_no_integer_is_no_row_of_a_table_with_integer_keys() {
    let server = Server::start();
    server.post("/api/items/", json!({"name": "n"})).is(201);
    for id in [
        "abc",
        "1.0",
        "1e0",
        "0x1",
        "9223372036854775808",
        "-1",
        "0",
        "1%20",
        "1,1",
        "%00",
        "1%00",
        "१",
    ] {
        let answer = server.raw_get(&format!("/api/items/{id}/")).expect("an answer");
        assert_eq!(answer.status, 404, "{id}");
        assert!(answer.json()["detail"].is_string(), "{id}");
    }
}

#[test]
fn a_composite_key_is_its_values_with_commas_between() {
    let server = Server::with(|setup| {
        setup.migration(
            "V1__seats.sql",
            "CREATE TABLE seats (room TEXT NOT NULL, number INTEGER NOT NULL, taken BOOLEAN NOT NULL DEFAULT 0,
                                 PRIMARY KEY (room, number)) WITHOUT ROWID;",
        )
    });
    let made = server.post("/api/seats/", json!({"room": "red", "number": 1})).is(201);
    assert_eq!(made.location(), "/api/seats/red,1/");
    assert_eq!(
        server.get("/api/seats/red,1").is(200).json(),
        json!({"room": "red", "number": 1, "taken": false})
    );

    let comma = server
        .post("/api/seats/", json!({"room": "a,b/c", "number": 2}))
        .is(201);
    assert_eq!(server.get(&comma.location()).is(200).json(), comma.json());
    assert_eq!(server.get("/api/seats/a%2Cb%2Fc,2/").is(200).json(), comma.json());

    assert_eq!(
        server.patch("/api/seats/red,1/", json!({"taken": true})).is(200).json()["taken"],
        true
    );
    assert_eq!(
        server.put("/api/seats/red,1/", json!({})).is(200).json()["taken"],
        false
    );
    server.patch("/api/seats/red,1/", json!({"number": 9})).is(400);
    assert_eq!(server.rows("/api/seats/?room=red").len(), 1);
    for address in ["red", "red,2", "red,1,1", ",1", "red,", "red,x", "a,b/c,2"] {
        server.get(&format!("/api/seats/{address}/")).is(404);
    }
    let twice = server
        .post("/api/seats/", json!({"room": "red", "number": 1}))
        .is(400)
        .text();
    assert!(twice.contains("room") && twice.contains("number"), "{twice}");
    let missing = server.post("/api/seats/", json!({"number": 1})).is(400).json();
    assert_eq!(missing, json!({"room": ["This field is required."]}));
    server.delete("/api/seats/red,1/").is(204);
    server.get("/api/seats/red,1/").is(404);
}

#[test]
fn a_table_without_a_key_is_listed_only() {
    let server = Server::with(|setup| {
        setup.migration(
            "V1__log.sql",
            "CREATE TABLE log (line TEXT); INSERT INTO log VALUES ('one'), ('two'), ('two');",
        )
    });
    assert_eq!(server.column("/api/log/?ordering=-line", "line"), ["two", "two", "one"]);
    assert_eq!(server.column("/api/log/?line=one", "line"), ["one"]);
    server.head("/api/log/").is(200);
    server.options("/api/log/").is(200);
    let refused = server.post("/api/log/", json!({"line": "three"})).is(405);
    let allowed = refused.header("allow");
    assert!(
        allowed.contains("GET") && allowed.contains("HEAD") && !allowed.contains("POST"),
        "{allowed}"
    );
    server.get("/api/log/1/").is(404);
}

#[test]
fn a_view_is_a_table_that_is_only_read() {
    let server = Server::with(|setup| {
        setup.migration(
            "V1__view.sql",
            "CREATE VIEW named AS SELECT id, upper(name) AS loud FROM items WHERE name <> '';",
        )
    });
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
    let server = Server::with(|setup| {
        setup.migration(
            "V1__lines.sql",
            "CREATE TABLE lines (id INTEGER PRIMARY KEY, price INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 1,
                                 total INTEGER GENERATED ALWAYS AS (price * count) VIRTUAL,
                                 label TEXT AS ('n' || count) STORED);",
        )
    });
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
fn a_row_may_refer_to_another_of_its_table() {
    let server = Server::with(|setup| {
        setup.migration(
            "V1__tree.sql",
            "CREATE TABLE nodes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent_id INTEGER REFERENCES nodes);",
        )
    });
    server.post("/api/nodes/", json!({"name": "root"})).is(201);
    server
        .post("/api/nodes/", json!({"name": "leaf", "parent_id": 1}))
        .is(201);
    let leaf = server.get("/api/nodes/2/?expand=parent_id").is(200).json();
    assert_eq!(leaf["parent_id"], json!({"id": 1, "name": "root", "parent_id": null}));
    let refused = server.patch("/api/nodes/1/", json!({"parent_id": 99})).is(400).json();
    assert_eq!(
        refused,
        json!({"parent_id": ["Invalid pk \"99\" - object does not exist."]})
    );
    server.patch("/api/nodes/1/", json!({"parent_id": 1})).is(200);
    server.delete("/api/nodes/1/").is(409);
}

#[test]
fn names_that_are_sql_words_or_hold_quotes_and_spaces_are_names_like_others() {
    let server = Server::with(|setup| {
        setup.migration(
            "V1__names.sql",
            r#"CREATE TABLE "order" (id INTEGER PRIMARY KEY, "select" TEXT, "group" INTEGER, "from" TEXT);
               CREATE TABLE "it's ""my"" table" (id INTEGER PRIMARY KEY, "say ""hi"", you" TEXT, "it's" TEXT, "a b" TEXT, "é" TEXT);
               CREATE TABLE "données" (id INTEGER PRIMARY KEY, "ordering" TEXT, "limit" INTEGER, "search" TEXT);"#,
        )
    });
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
fn a_table_of_200_columns_is_whole() {
    let columns: String = (0..200).map(|n| format!(", c{n} INTEGER NOT NULL")).collect();
    let sql = format!("CREATE TABLE wide (id INTEGER PRIMARY KEY{columns});");
    let server = Server::with(|setup| setup.migration("V1__wide.sql", &sql));
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
    let server = Server::with(|setup| {
        setup.migration(
            "V1__hidden.sql",
            "CREATE TABLE _secret (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE jobs (id INTEGER PRIMARY KEY);
             CREATE VIRTUAL TABLE notes USING fts5(body); CREATE TABLE seen (id INTEGER PRIMARY KEY);",
        )
    });
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
            .said()
            .lines()
            .any(|line| line.contains("jobs") && line.contains("path")),
        "{}",
        server.said()
    );
}
