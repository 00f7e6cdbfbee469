//! The built-in table `items`: the README's example, and what each method does to a row.

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn the_readme_exchange_gives_what_the_readme_shows() {
    let server = Server::start();
    assert_eq!(server.get("/api/items/").is(200).json(), json!([]));

    let created = server
        .post(
            "/api/items/",
            json!({"name": "Mon Item", "description": "Description de mon item"}),
        )
        .is(201);
    assert!(created.header("content-type").starts_with("application/json"));
    assert_eq!(created.location(), "/api/items/1/");
    let row = created.json();
    assert_eq!(row["id"], 1);
    assert_eq!(row["name"], "Mon Item");
    assert_eq!(row["description"], "Description de mon item");

    assert_eq!(server.get("/api/items/").is(200).json(), json!([row]));
    assert_eq!(server.get("/api/items/1/").is(200).json(), row);
}

#[test]
fn columns_are_answered_in_the_order_of_the_table() {
    let server = Server::start();
    let text = server
        .post("/api/items/", json!({"description": "d", "name": "n"}))
        .is(201)
        .text();
    let places: Vec<_> = ["\"id\"", "\"name\"", "\"description\"", "\"created_at\""]
        .iter()
        .map(|name| text.find(name).unwrap_or_else(|| panic!("{name} is not in {text}")))
        .collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn created_at_is_the_moment_of_the_insert_and_no_client_can_set_it() {
    let server = Server::start();
    let before = jiff::Timestamp::now().as_second();
    let row = server
        .post(
            "/api/items/",
            json!({"name": "n", "created_at": "1999-01-01T00:00:00Z"}),
        )
        .is(201)
        .json();
    let text = row["created_at"].as_str().expect("a text");
    assert!(text.ends_with('Z') && text.contains('T'), "{text}");
    let created = text.parse::<jiff::Timestamp>().expect("RFC 3339").as_second();
    assert!(
        (before - 1..=jiff::Timestamp::now().as_second()).contains(&created),
        "{text}"
    );

    let kept = server
        .patch("/api/items/1/", json!({"created_at": "1999-01-01T00:00:00Z"}))
        .is(200)
        .json();
    assert_eq!(kept["created_at"], row["created_at"]);
}

#[test]
fn an_id_in_a_body_is_ignored() {
    let server = Server::start();
    assert_eq!(
        server
            .post("/api/items/", json!({"id": 40, "name": "n"}))
            .is(201)
            .json()["id"],
        1
    );
    assert_eq!(
        server
            .put("/api/items/1/", json!({"id": 40, "name": "m"}))
            .is(200)
            .json()["id"],
        1
    );
    assert_eq!(server.patch("/api/items/1/", json!({"id": 40})).is(200).json()["id"], 1);
    server.get("/api/items/40/").is(404);
}

#[test]
fn put_replaces_a_row_and_what_it_leaves_out_takes_its_default() {
    let server = Server::start();
    server
        .post("/api/items/", json!({"name": "old", "description": "old"}))
        .is(201);
    let row = server.put("/api/items/1/", json!({"name": "new"})).is(200).json();
    assert_eq!((&row["name"], &row["description"]), (&json!("new"), &json!("")));
    assert_eq!(server.get("/api/items/1/").is(200).json(), row);

    let refused = server.put("/api/items/1/", json!({"description": "no name"})).is(400);
    assert_eq!(refused.json(), json!({"name": ["This field is required."]}));
    assert_eq!(server.get("/api/items/1/").is(200).json(), row);
}

#[test]
fn patch_changes_what_it_is_given() {
    let server = Server::start();
    let row = server
        .post("/api/items/", json!({"name": "name", "description": "old"}))
        .is(201)
        .json();
    let changed = server
        .patch("/api/items/1/", json!({"description": "new"}))
        .is(200)
        .json();
    assert_eq!(changed["description"], "new");
    assert_eq!(
        (&changed["name"], &changed["created_at"]),
        (&row["name"], &row["created_at"])
    );
    assert_eq!(server.patch("/api/items/1/", json!({})).is(200).json(), changed);
}

#[test]
fn delete_answers_204_once_and_the_row_is_gone() {
    let server = Server::start();
    server.post("/api/items/", json!({"name": "n"})).is(201);
    let gone = server.delete("/api/items/1/").is(204);
    assert!(gone.body.is_empty());
    for answer in [server.get("/api/items/1/"), server.delete("/api/items/1/")] {
        assert!(answer.is(404).json()["detail"].is_string());
    }
    server.put("/api/items/1/", json!({"name": "n"})).is(404);
    server.patch("/api/items/1/", json!({"name": "n"})).is(404);
    assert_eq!(server.get("/api/items/").json(), json!([]));
}

#[test]
fn the_closing_slash_is_optional_and_nothing_redirects() {
    let server = Server::start();
    assert_eq!(
        server.post("/api/items", json!({"name": "n"})).is(201).location(),
        "/api/items/1/"
    );
    assert_eq!(
        server.get("/api/items").is(200).json(),
        server.get("/api/items/").is(200).json()
    );
    assert_eq!(
        server.get("/api/items/1").is(200).json(),
        server.get("/api/items/1/").is(200).json()
    );
    assert_eq!(server.get("/api").is(200).json(), server.get("/api/").is(200).json());
    server.put("/api/items/1", json!({"name": "m"})).is(200);
    server.patch("/api/items/1", json!({"name": "o"})).is(200);
    server.options("/api/items/1").is(200);
    server.delete("/api/items/1").is(204);
}

#[test]
fn the_root_of_the_api_names_every_table_by_the_address_the_client_used() {
    let server = Server::start();
    assert_eq!(
        server.get("/api/").is(200).json(),
        json!({"items": server.url("/api/items/")})
    );
    let by_name = server.request("GET", "/api/", &[("Host", "socle.example")], b"");
    assert_eq!(
        by_name.is(200).json(),
        json!({"items": "http://socle.example/api/items/"})
    );
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    let server = Server::start();
    server.post("/api/items/", json!({"name": "n"})).is(201);
    for path in [
        "/api/items/",
        "/api/items/1/",
        "/api/items/?limit=1",
        "/api/",
        "/api/items/2/",
    ] {
        let (get, head) = (server.get(path), server.head(path));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for name in ["content-type", "link", "x-total-count"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
}

#[test]
fn every_answer_has_a_request_id_and_forbids_sniffing_and_names_no_server() {
    let server = Server::start();
    for path in [
        "/",
        "/health",
        "/api/",
        "/api/items/",
        "/api/items/9/",
        "/api/none/",
        "/nothing",
        "/api/items/?a=b",
    ] {
        let answer = server.get(path);
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
}

#[test]
fn a_sane_request_id_is_kept_and_another_is_replaced() {
    let server = Server::start();
    let with = |id: &str| {
        server
            .request("GET", "/api/items/", &[("X-Request-Id", id)], b"")
            .is(200)
            .header("x-request-id")
    };
    assert_eq!(with("a1b2-c3d4"), "a1b2-c3d4");
    for odd in ["two words", &"x".repeat(5000)] {
        let answered = with(odd);
        assert!(answered != odd && !answered.is_empty(), "{answered}");
    }
    assert_ne!(
        server.get("/api/items/").header("x-request-id"),
        server.get("/api/items/").header("x-request-id")
    );
}

#[test]
fn rows_are_there_after_a_restart() {
    let mut server = Server::start();
    let row = server.post("/api/items/", json!({"name": "kept"})).is(201).json();
    server.stop().success();
    let again = server.setup.start();
    assert_eq!(again.get("/api/items/1/").is(200).json(), row);
}

#[test]
fn names_up_to_255_characters_are_taken_whole_and_no_longer_ones() {
    let server = Server::start();
    let longest = "é".repeat(255);
    assert_eq!(
        server.post("/api/items/", json!({"name": longest})).is(201).json()["name"],
        Value::from(longest)
    );
    let refused = server
        .post("/api/items/", json!({"name": "é".repeat(256)}))
        .is(400)
        .json();
    assert_eq!(
        refused,
        json!({"name": ["Ensure this field has no more than 255 characters."]})
    );
}
