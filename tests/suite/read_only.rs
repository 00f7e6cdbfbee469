//! Columns that `socle.toml` makes read-only: readable like any other, and ignored in what clients send.

use serde_json::{Value, json};

use crate::server::{Server, Setup};
use crate::tables::PRODUCTS;

fn books() -> Server {
    let rules = "[tables.books.columns]\nsku = 'read-only'\nrank = 'read-only'\nparent_id = 'read-only'\n\
                 [tables.codes.columns]\ncode = 'read-only'";
    Setup::new().tables(PRODUCTS).socle_toml(rules).start()
}

#[test]
fn a_read_only_column_is_shown_filtered_ordered_searched_and_expanded() {
    let server = books();
    let row = server.get("/api/books/2/").is(200).json();
    assert_eq!(
        row,
        json!({"id": 2, "sku": "B-2", "title": "Two", "rank": 20, "parent_id": 1})
    );
    for query in [
        "sku=B-2",
        "rank__gt=10",
        "search=b-2",
        "ordering=-rank&limit=1",
        "parent_id=1",
    ] {
        assert_eq!(server.ids(&format!("/api/books/?{query}")), [2], "{query}");
    }
    assert_eq!(
        server.get("/api/books/2/?expand=parent_id").json()["parent_id"]["sku"],
        "A-1"
    );
}

#[test]
fn values_sent_for_a_read_only_column_are_ignored() {
    let server = books();
    let made = server
        .post(
            "/api/books/",
            json!({"title": "New", "sku": "X", "rank": "not a number", "parent_id": 99}),
        )
        .is(201);
    assert_eq!(
        made.json(),
        json!({"id": 3, "sku": "none", "title": "New", "rank": null, "parent_id": null})
    );
    let replaced = server
        .put("/api/books/2/", json!({"title": "Deux", "rank": 10}))
        .is(200)
        .json();
    assert_eq!(
        replaced,
        json!({"id": 2, "sku": "B-2", "title": "Deux", "rank": 20, "parent_id": 1})
    );
    let changed = server
        .patch("/api/books/2/", json!({"sku": Value::Null, "parent_id": Value::Null}))
        .is(200)
        .json();
    assert_eq!(changed, replaced);
    let form = server
        .send(
            "POST",
            "/api/books/",
            "application/x-www-form-urlencoded",
            b"title=Form&rank=1",
        )
        .is(201);
    assert_eq!(form.json()["rank"], Value::Null);
}

#[test]
fn a_read_only_column_is_described_as_read_only() {
    let server = books();
    for (path, method) in [("/api/books/", "POST"), ("/api/books/1/", "PUT")] {
        let field = server.options(path).json()["actions"][method]["sku"].clone();
        assert_eq!((&field["read_only"], &field["required"]), (&json!(true), &json!(false)));
    }
    let schemas = server.get("/api/openapi.json").json()["components"]["schemas"].take();
    assert_eq!(schemas["books"]["properties"]["sku"]["readOnly"], true);
    assert_eq!(schemas["books.new"]["properties"]["sku"]["readOnly"], true);
    assert_eq!(schemas["books.new"]["example"], json!({"title": "Title"}));
    let unknown = server
        .post("/api/books/", json!({"title": "t", "nothing": 1}))
        .is(400)
        .json();
    assert_eq!(
        unknown,
        json!({"nothing": ["This table has no such field. Fields: title."]})
    );
}

#[test]
fn a_key_may_be_read_only() {
    let server = books();
    let made = server.post("/api/codes/", json!({"code": "mine", "name": "n"})).is(201);
    assert_eq!(
        (made.json()["code"].as_str(), made.location().as_str()),
        (Some("made"), "/api/codes/made/")
    );
    let put = server
        .put("/api/codes/made/", json!({"code": "other", "amount": 2}))
        .is(200)
        .json();
    assert_eq!(put, json!({"code": "made", "name": null, "amount": 2}));
    server.delete("/api/codes/made/").is(204);
}
