//! `OPTIONS`: the metadata of a table, in the form of Django REST framework.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::METERS;

fn meters() -> Server {
    Server::with_tables(METERS)
}

#[test]
fn options_of_the_default_table_read_as_django_rest_frameworks() {
    let server = Server::start();
    let answer = server.options("/api/items/").is(200);
    let metadata = answer.json();
    assert!(
        metadata["name"].is_string() && metadata["description"].is_string(),
        "{metadata}"
    );
    let listed = |key: &str, wanted: &str| {
        metadata[key]
            .as_array()
            .is_some_and(|list| list.iter().any(|one| one == wanted))
    };
    assert!(
        listed("renders", "application/json") && listed("renders", "text/csv"),
        "{metadata}"
    );
    assert!(
        listed("parses", "application/json") && listed("parses", "multipart/form-data"),
        "{metadata}"
    );
    let fields = &metadata["actions"]["POST"];
    assert_eq!(
        fields["name"],
        json!({"type": "string", "required": true, "read_only": false, "label": "Name", "max_length": 255})
    );
    assert_eq!(fields["id"]["read_only"], true);
    assert_eq!(fields["description"]["required"], false);
    assert_eq!(
        (&fields["created_at"]["type"], &fields["created_at"]["read_only"]),
        (&json!("datetime"), &json!(true))
    );
    let allow = answer.header("allow");
    assert!(
        ["GET", "POST", "HEAD", "OPTIONS"]
            .iter()
            .all(|method| allow.contains(method)),
        "{allow}"
    );
}

#[test]
fn each_column_has_its_type_and_its_rules() {
    let server = meters();
    let metadata = server.options("/api/meters/").is(200).json();
    let fields = &metadata["actions"]["POST"];
    for (name, kind, required, read_only) in [
        ("id", "integer", false, true),
        ("serial", "string", true, false),
        ("site_id", "field", true, false),
        ("kind", "choice", false, false),
        ("factor", "float", false, false),
        ("active", "boolean", true, false),
        ("fitted_on", "date", false, false),
        ("read_at", "datetime", false, false),
        ("reading", "decimal", false, false),
        ("low", "integer", false, false),
        ("twice", "integer", false, true),
        ("created_at", "datetime", false, true),
    ] {
        let field = &fields[name];
        // A reference is DRF's "field"; naming the type of the key it holds says more and breaks nobody.
        let kinds = if name == "site_id" {
            vec![kind, "integer"]
        } else {
            vec![kind]
        };
        assert!(kinds.iter().any(|kind| field["type"] == *kind), "{name}: {field}");
        assert_eq!(
            (&field["required"], &field["read_only"]),
            (&json!(required), &json!(read_only)),
            "{name}: {field}"
        );
        assert!(
            field["label"].as_str().is_some_and(|label| !label.is_empty()),
            "{name}: {field}"
        );
    }
    assert_eq!(fields.as_object().map(serde_json::Map::len), Some(12));
    assert_eq!(fields["fitted_on"]["label"], "Fitted on");
    assert_eq!(fields["serial"]["max_length"], 20);
    assert_eq!(
        (&fields["low"]["min_value"], &fields["low"]["max_value"]),
        (&json!(0), &json!(10))
    );
    let choices: Vec<&Value> = fields["kind"]["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["value"])
        .collect();
    assert_eq!(choices, ["water", "gas"]);
}

#[test]
fn options_of_a_row_describe_a_put() {
    let server = meters();
    server.post("/api/sites/", json!({"name": "n"})).is(201);
    let answer = server.options("/api/sites/1/").is(200);
    assert_eq!(answer.json()["actions"]["PUT"]["name"]["required"], true);
    let allow = answer.header("allow");
    assert!(
        ["GET", "PUT", "PATCH", "DELETE"]
            .iter()
            .all(|method| allow.contains(method)),
        "{allow}"
    );
}

#[test]
fn options_of_a_view_offer_no_action() {
    let server = meters();
    let answer = server.options("/api/active_meters/").is(200);
    assert_eq!(
        answer.json().get("actions").and_then(|actions| actions.get("POST")),
        None
    );
    assert!(answer.json()["columns"]["id"]["type"].is_string(), "{}", answer.text());
    assert!(!answer.header("allow").contains("POST"), "{}", answer.header("allow"));
    server.options("/api/nothing/").is(404);
}
