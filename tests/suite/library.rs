//! A SQL file in `CONFIG_DIR` becomes a validated and documented API.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::LIBRARY;

fn library() -> Server {
    let server = Server::with_tables(LIBRARY);
    server
        .post(
            "/api/authors/",
            json!([{"name": "Colette", "born": 1873}, {"name": "Sappho", "born": -630}]),
        )
        .is(201);
    let books = json!([
        {"isbn": "9782070360000", "title": "Chéri", "author_id": 1, "price": "7.50", "published": "1920-01-01"},
        {"isbn": "9782070360001", "title": "Odes", "author_id": 2, "language": "en"}
    ]);
    server.post("/api/books/", books).is(201);
    server
}

#[test]
fn every_table_and_view_is_offered_beside_the_built_in_one() {
    let server = library();
    let root = server.get("/api/").is(200).json();
    let names: Vec<_> = root.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 5, "{names:?}");
    for name in ["items", "authors", "books", "loans", "available_books"] {
        assert_eq!(root[name], server.url(&format!("/api/{name}/")));
        server.get(&format!("/api/{name}/")).is(200);
        server.options(&format!("/api/{name}/")).is(200);
    }
}

#[test]
fn a_book_is_lent_and_comes_back() {
    let server = library();
    assert_eq!(
        server.column("/api/available_books/?ordering=title", "title"),
        ["Chéri", "Odes"]
    );
    let loan = json!({"isbn": "9782070360000", "reader": "Ada", "lent_on": "2026-03-01"});
    server.post("/api/loans/", loan.clone()).is(201);
    assert_eq!(server.column("/api/available_books/", "title"), ["Odes"]);
    let again = server.post("/api/loans/", loan.clone()).is(400).json();
    assert!(
        again["isbn"].is_array() || again["non_field_errors"].is_array(),
        "{again}"
    );

    let early = server
        .patch("/api/loans/1/", json!({"back_on": "2026-02-01"}))
        .is(400)
        .text();
    assert!(early.contains("back_on"), "{early}");
    server.patch("/api/loans/1/", json!({"back_on": "2026-03-05"})).is(200);
    assert_eq!(
        server.column("/api/available_books/?author=Colette", "title"),
        ["Chéri"]
    );
    server.post("/api/loans/", loan).is(201);
}

#[test]
fn the_rules_of_the_file_are_the_rules_of_the_api() {
    let server = library();
    let refused = server
        .post(
            "/api/books/",
            json!({"isbn": "short", "title": "  ", "author_id": 7, "language": "la", "price": "-1"}),
        )
        .is(400)
        .json();
    assert_eq!(
        refused["author_id"],
        json!(["Invalid pk \"7\" - object does not exist."])
    );
    assert_eq!(refused["language"], json!(["\"la\" is not a valid choice."]));
    assert_eq!(
        refused["price"],
        json!(["Ensure this value is greater than or equal to 0."])
    );
    assert!(refused["isbn"].is_array() && refused["title"].is_array(), "{refused}");
    assert_eq!(refused.as_object().map(serde_json::Map::len), Some(5), "{refused}");

    let born = server
        .post("/api/authors/", json!({"name": "Nobody", "born": 3000}))
        .is(400)
        .json();
    assert_eq!(
        born,
        json!({"born": ["Ensure this value is less than or equal to 2100."]})
    );
    server.delete("/api/authors/1/").is(409);
    server.delete("/api/books/9782070360000/").is(204);
    server.delete("/api/authors/1/").is(204);
}

#[test]
fn loans_show_their_books_and_are_searched_and_exported() {
    let server = library();
    let loans: Value = json!([
        {"isbn": "9782070360000", "reader": "Zoé", "lent_on": "2026-03-01"},
        {"isbn": "9782070360001", "reader": "Ada", "lent_on": "2026-03-02"}
    ]);
    server.post("/api/loans/", loans).is(201);
    let rows = server.get("/api/loans/?expand=isbn&search=zoe").is(200).json();
    assert_eq!(rows[0]["isbn"]["title"], "Chéri");
    assert_eq!(rows[0]["isbn"]["author_id"], 1);
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    assert_eq!(server.ids("/api/loans/?lent_on__gte=2026-03-02"), [2]);
    let csv = server.get("/api/available_books/?format=csv").is(200).text();
    assert_eq!(csv.trim_end(), "isbn,title,author,price");
}

#[test]
fn updated_at_follows_the_last_change_and_created_at_stays() {
    let server = Server::with(|setup| {
        setup.tables(LIBRARY).migration(
            "V2__old.sql",
            "INSERT INTO authors VALUES (1, 'Colette', NULL);
             INSERT INTO books VALUES ('9782070360000', 'Chéri', 1, 'fr', NULL, NULL, '2020-01-01 00:00:00', '2020-01-01 00:00:00');",
        )
    });
    let book = server
        .patch(
            "/api/books/9782070360000/",
            json!({"price": "1", "updated_at": "1999-01-01T00:00:00Z"}),
        )
        .is(200)
        .json();
    assert_eq!(book["created_at"], "2020-01-01T00:00:00Z");
    let updated: jiff::Timestamp = book["updated_at"].as_str().unwrap().parse().unwrap();
    let seconds_ago = jiff::Timestamp::now().as_second() - updated.as_second();
    assert!((0..60).contains(&seconds_ago), "{book}");
}
