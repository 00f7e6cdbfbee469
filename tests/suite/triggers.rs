//! Triggers, conflict clauses, deferred and cascading references: each client is answered what really happened to its
//! row, and no other client is affected.

use std::thread;

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::PETS;

fn pets() -> Server {
    Server::with_tables(PETS)
}

#[test]
fn the_answer_to_an_insert_is_the_row_as_triggers_left_it() {
    let server = pets();
    let made = server.post("/api/pets/", json!({"name": "Rex"})).is(201).json();
    assert_eq!(made["tag"], "pet 1");
    assert_eq!(made, server.get("/api/pets/1/").is(200).json());
    let many = server
        .post("/api/pets/", json!([{"name": "a"}, {"name": "b"}]))
        .is(201)
        .json();
    assert_eq!((&many[0]["tag"], &many[1]["tag"]), (&json!("pet 2"), &json!("pet 3")));
}

#[test]
fn a_trigger_that_refuses_is_told_in_its_own_words() {
    let server = pets();
    for (name, words) in [("roll over", "Nobody rolls here."), ("fail", "Nobody fails here.")] {
        let refused = server.post("/api/pets/", json!({"name": name})).is(400).text();
        assert!(refused.contains(words), "{refused}");
        let many = server
            .post("/api/pets/", json!([{"name": "good"}, {"name": name}]))
            .is(400)
            .text();
        assert!(many.contains(words), "{many}");
    }
    assert!(server.rows("/api/pets/").is_empty());
    server.post("/api/pets/", json!({"name": "good"})).is(201);
}

#[test]
fn a_row_that_a_trigger_ignores_is_not_answered_as_created() {
    let server = pets();
    server.post("/api/pets/", json!({"name": "ignore me"})).refused();
    server
        .post("/api/pets/", json!([{"name": "good"}, {"name": "ignore me"}]))
        .refused();
    assert!(server.rows("/api/pets/").is_empty());
}

#[test]
fn a_row_that_a_trigger_keeps_is_not_answered_as_missing() {
    let server = pets();
    server.post("/api/pets/", json!({"name": "held"})).is(201);
    let held = json!({"non_field_errors": ["A trigger of the table left the row as it was."]});
    assert_eq!(server.patch("/api/pets/1/", json!({"name": "n"})).is(400).json(), held);
    assert_eq!(server.put("/api/pets/1/", json!({"name": "n"})).is(400).json(), held);
    let kept = server.delete("/api/pets/1/").is(409).json();
    assert_eq!(
        kept,
        json!({"detail": "The row cannot be deleted: a trigger of the table keeps it."})
    );
    assert_eq!(server.get("/api/pets/1/").is(200).json()["name"], "held");
    server.patch("/api/pets/2/", json!({"name": "n"})).is(404);
    server.delete("/api/pets/2/").is(404);
}

#[test]
fn a_deferred_reference_that_leads_nowhere_is_refused_before_the_answer() {
    let server = pets();
    let refused = server
        .post("/api/pets/", json!({"name": "n", "later_id": 9}))
        .is(400)
        .json();
    assert_eq!(
        refused,
        json!({"later_id": ["Invalid pk \"9\" - object does not exist."]})
    );
    server.post("/api/pets/", json!({"name": "n", "later_id": 1})).is(201);
    server.patch("/api/pets/1/", json!({"later_id": 9})).is(400);
    server.delete("/api/owners/1/").is(409);
    assert_eq!(server.get("/api/pets/1/").json()["later_id"], 1);
}

#[test]
fn references_cascade_as_the_table_says() {
    let server = pets();
    server.post("/api/pets/", json!({"name": "a", "owner_id": 1})).is(201);
    server
        .post("/api/pets/", json!({"name": "b", "owner_id": 2, "keeper_id": 1}))
        .is(201);
    server.delete("/api/owners/1/").is(204);
    server.get("/api/pets/1/").is(404);
    assert_eq!(server.get("/api/pets/2/").is(200).json()["keeper_id"], Value::Null);
}

#[test]
fn a_conflict_clause_of_the_table_does_what_it_says() {
    let server = pets();
    server.post("/api/ones/", json!({"name": "a"})).is(201);
    let twice = server.post("/api/ones/", json!({"name": "a"})).is(400).json();
    assert_eq!(twice, json!({"name": ["ones with this name already exists."]}));
    server.post("/api/ones/", json!([{"name": "b"}, {"name": "a"}])).is(400);
    assert_eq!(server.column("/api/ones/", "name"), ["a"]);
}

#[test]
fn a_rollback_of_one_client_leaves_the_writes_of_others() {
    let server = pets();
    let answered: Vec<(i64, String)> = thread::scope(|scope| {
        let server = &server;
        let clients: Vec<_> = (0..16)
            .map(|client| {
                scope.spawn(move || {
                    let mut connection = server.raw_connection();
                    let mut made = Vec::new();
                    for n in 0..60 {
                        // Every fourth client makes trouble, each time of another kind.
                        let (table, body) = match (client % 4, n % 4) {
                            (0, 0) => ("pets", json!({"name": "roll"})),
                            (0, 1) => ("pets", json!({"name": "fail"})),
                            (0, 2) => ("pets", json!({"name": "deferred", "later_id": 99})),
                            (0, _) => ("ones", json!({"name": "the same"})),
                            _ => ("pets", json!({"name": format!("{client}-{n}")})),
                        };
                        let reply = connection.post(&format!("/api/{table}/"), &body).expect("an answer");
                        if client % 4 != 0 {
                            assert_eq!(reply.status, 201, "{}", reply.text());
                            let name = body["name"].as_str().expect("a name").to_owned();
                            made.push((reply.json()["id"].as_i64().expect("an id"), name));
                        } else {
                            assert!(matches!(reply.status, 201 | 400), "{} {}", reply.status, reply.text());
                        }
                    }
                    made
                })
            })
            .collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().expect("a client"))
            .collect()
    });
    assert_eq!(answered.len(), 12 * 60);
    let rows = server.rows("/api/pets/");
    assert_eq!(
        rows.len(),
        answered.len(),
        "an answered row is lost, or a refused one is there"
    );
    for (id, name) in answered {
        assert!(
            rows.iter().any(|row| row["id"] == id && row["name"] == name),
            "{id} {name} is lost"
        );
    }
    assert_eq!(server.rows("/api/ones/").len(), 1);
}

#[test]
fn an_array_whose_row_ends_the_transaction_leaves_nothing_behind() {
    let server = pets();
    let rows = json!([{"name": "a"}, {"name": "a"}, {"name": "c"}, {"name": "d"}]);
    server.post("/api/ones/", rows).is(400);
    assert_eq!(server.get("/api/ones/").json(), json!([]));
    server.post("/api/ones/", json!({"name": "a"})).is(201);
}
