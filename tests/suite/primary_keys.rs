//! Rows by their address, for primary keys of every kind; and tables without one.

use serde_json::json;

use crate::server::Server;
use crate::tables::{NODES, PLACES, SEATS};

/// A value as one segment of a path.
pub(crate) fn segment(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn places() -> Server {
    Server::with_tables(PLACES)
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
    let server = Server::with_tables("CREATE TABLE tokens (ident UUID PRIMARY KEY, note TEXT);");
    let made = server
        .post("/api/tokens/", json!({"ident": "0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A"}))
        .is(201);
    assert_eq!(made.location(), "/api/tokens/0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a/");
    server.get("/api/tokens/0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A/").is(200);
    server.get("/api/tokens/nobody/").is(404);
}

#[test]
fn an_address_that_is_not_an_integer_is_404_in_a_table_with_integer_keys() {
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
        "%E0%A5%A7",
    ] {
        let answer = server.raw_get(&format!("/api/items/{id}/")).expect("an answer");
        assert_eq!(answer.status, 404, "{id}");
        assert!(answer.json()["detail"].is_string(), "{id}");
    }
}

#[test]
fn a_composite_key_is_its_values_with_commas_between() {
    let server = Server::with_tables(SEATS);
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
    let server = Server::with_tables("CREATE TABLE log (line TEXT); INSERT INTO log VALUES ('one'), ('two'), ('two');");
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
fn a_row_may_refer_to_another_of_its_table() {
    let server = Server::with_tables(NODES);
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
