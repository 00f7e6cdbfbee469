//! A POST of an array: all of its rows are inserted, or none.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::PEOPLE;

fn people() -> Server {
    Server::with_tables(PEOPLE)
}

#[test]
fn an_array_inserts_its_rows_in_order_and_answers_them() {
    let server = people();
    let rows = server
        .post(
            "/api/people/",
            json!([{"name": "a"}, {"name": "b", "age": 1}, {"name": "c"}]),
        )
        .is(201)
        .json();
    assert_eq!(rows, server.get("/api/people/").json());
    assert_eq!(server.column("/api/people/", "name"), ["a", "b", "c"]);
    assert_eq!(server.ids("/api/people/"), [1, 2, 3]);
}

#[test]
fn an_empty_array_inserts_nothing() {
    let server = people();
    assert_eq!(server.post("/api/people/", json!([])).is(201).json(), json!([]));
    assert_eq!(server.get("/api/people/").json(), json!([]));
}

#[test]
fn one_invalid_row_prevents_the_insert_and_each_row_has_its_errors() {
    let server = people();
    let refused = server
        .post(
            "/api/people/",
            json!([{"name": "good"}, {"age": -1}, {"name": 5, "boss_id": 99}, {"name": "good", "email": "g@x"}, "text"]),
        )
        .is(400)
        .json();
    assert_eq!(refused.as_array().map(Vec::len), Some(5), "{refused}");
    assert_eq!(refused[0], json!({}));
    assert_eq!(
        refused[1],
        json!({"name": ["This field is required."], "age": ["Ensure this value is greater than or equal to 0."]})
    );
    assert_eq!(refused[2]["name"], json!(["Not a valid string."]));
    assert_eq!(refused[3], json!({}));
    assert!(refused[4]["non_field_errors"][0].is_string(), "{refused}");
    assert_eq!(server.get("/api/people/").json(), json!([]));
}

#[test]
fn rows_that_conflict_with_each_other_are_refused() {
    let server = people();
    server
        .post("/api/people/", json!({"name": "first", "email": "f@x"}))
        .is(201);
    let twice = json!([{"name": "a", "email": "a@x"}, {"name": "b"}, {"name": "c", "email": "a@x"}]);
    let refused = server.post("/api/people/", twice).is(400).json();
    assert_eq!(refused[2], json!({"email": ["people with this email already exists."]}));
    assert_eq!((&refused[0], &refused[1]), (&json!({}), &json!({})));
    let taken = server
        .post("/api/people/", json!([{"name": "a"}, {"name": "b", "email": "f@x"}]))
        .is(400)
        .json();
    assert_eq!(
        taken,
        json!([{}, {"email": ["people with this email already exists."]}])
    );
    assert_eq!(server.ids("/api/people/"), [1]);
}

#[test]
fn a_row_may_refer_to_one_before_it_in_the_array() {
    let server = people();
    server
        .post(
            "/api/people/",
            json!([{"name": "boss"}, {"name": "hand", "boss_id": 1}]),
        )
        .is(201);
    assert_eq!(
        server.get("/api/people/2/?expand=boss_id").json()["boss_id"]["name"],
        "boss"
    );
}

#[test]
fn ten_thousand_rows_are_inserted_at_once() {
    let server = people();
    let rows: Vec<Value> = (0..10_000)
        .map(|n| json!({"name": format!("person {n}"), "email": format!("p{n}@x")}))
        .collect();
    let answer = server.post("/api/people/", Value::from(rows)).is(201).json();
    assert_eq!(answer.as_array().map(Vec::len), Some(10_000));
    assert_eq!(server.get("/api/people/?limit=1").header("x-total-count"), "10000");
    assert_eq!(answer[9_999], server.get("/api/people/10000/").json());
}
