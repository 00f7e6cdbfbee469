//! The operations on a table and on its rows.

use serde_json::{Map, Value as Json, json};

use super::names::Named;
use super::parameters;
use super::rows::{self, Purpose};
use super::security::Rights;
use super::shared::{self, errors, json_content};
use super::value::Place;
use crate::http::links;
use crate::schema::Schema;

/// The paths of a table.
pub(super) fn paths(schema: &Schema, rights: &Rights<'_>, named: &Named<'_>) -> Vec<(String, Json)> {
    let table = named.table;
    let address = format!("/api/{}/", links::segment(&table.name));
    let to_read = |operation: Json| needing(rights.reading(table), operation);
    let to_write = |operation: Json| needing(rights.writing(table), operation);
    let mut of_table = json!({ "get": to_read(list(schema, named)), "options": to_read(options(named)) });
    if !table.is_writable() {
        return vec![(address, of_table)];
    }
    of_table["post"] = to_write(create(named));
    let of_row = json!({
        "parameters": [parameters::key(table)],
        "get": to_read(read(schema, named)),
        "put": to_write(update(named, Purpose::Replace)),
        "patch": to_write(update(named, Purpose::Change)),
        "delete": to_write(delete(named)),
    });
    let row_address = format!("{address}{{{}}}/", parameters::key_name(table));
    vec![(address, of_table), (row_address, of_row)]
}

/// An operation with the credential that it asks for, if it does.
fn needing(security: Option<Json>, mut operation: Json) -> Json {
    if let Some(security) = security {
        operation["security"] = security;
    }
    operation
}

fn operation(named: &Named<'_>, verb: &str, summary: &str) -> Json {
    json!({ "operationId": named.operation(verb), "summary": summary, "tags": [named.table.name] })
}

/// `responses` of an operation: a good one, and the errors there may be.
fn responses(status: &str, good: Json, bad: &[&str]) -> Json {
    let mut responses = Map::from_iter([(status.to_owned(), good)]);
    responses.extend(errors(bad));
    Json::Object(responses)
}

fn list(schema: &Schema, named: &Named<'_>) -> Json {
    let row = rows::reference(&rows::selection(named));
    let mut operation = operation(named, "list", "List rows.");
    operation["parameters"] = json!(parameters::of_list(schema, named.table));
    let good = json!({
        "description": "The rows; as NDJSON, one on each line.",
        "headers": shared::headers_of(&["X-Request-Id", "X-Total-Count", "Link"]),
        "content": {
            "application/json": { "schema": { "type": "array", "items": row } },
            "text/csv": { "schema": { "type": "string", "description": "A line of names, then a line a row (RFC 4180)." } },
            "application/x-ndjson": {},
        },
    });
    operation["responses"] = responses("200", good, &["400", "401", "404", "406", "503"]);
    operation
}

fn create(named: &Named<'_>) -> Json {
    let row = rows::reference(&named.component(""));
    let mut operation = operation(
        named,
        "create",
        "Add a row, or with a JSON array several: all of them or none.",
    );
    let one = rows::reference(&rows::body(named, Purpose::New, Place::Json));
    operation["requestBody"] = body(
        named,
        Purpose::New,
        json!({ "anyOf": [one, { "type": "array", "items": one }] }),
    );
    let good = json!({
        "description": "The row, or the rows, as they are kept.",
        "headers": shared::headers_of(&["X-Request-Id", "Location"]),
        "content": json_content(json!({ "anyOf": [row, { "type": "array", "items": row }] })),
    });
    operation["responses"] = responses(
        "201",
        good,
        &["400.rows", "401", "403", "404", "408", "413", "415", "503"],
    );
    operation
}

fn read(schema: &Schema, named: &Named<'_>) -> Json {
    let mut operation = operation(named, "read", "Read a row.");
    operation["parameters"] = json!(parameters::of_row(schema, named));
    let good = row_answer(rows::reference(&rows::selection(named)));
    operation["responses"] = responses("200", good, &["400", "401", "404", "406", "503"]);
    operation
}

fn update(named: &Named<'_>, purpose: Purpose) -> Json {
    let (verb, summary) = match purpose {
        Purpose::Change => ("change", "Change fields of a row."),
        _ => (
            "replace",
            "Replace a row: fields that are not given take their default.",
        ),
    };
    let mut operation = operation(named, verb, summary);
    operation["requestBody"] = body(
        named,
        purpose,
        rows::reference(&rows::body(named, purpose, Place::Json)),
    );
    let good = row_answer(rows::reference(&named.component("")));
    operation["responses"] = responses("200", good, &["400", "401", "403", "404", "408", "413", "415", "503"]);
    operation
}

fn delete(named: &Named<'_>) -> Json {
    let mut operation = operation(named, "delete", "Delete a row.");
    let good = json!({ "description": "The row is gone.", "headers": shared::headers_of(&["X-Request-Id"]) });
    operation["responses"] = responses("204", good, &["400", "401", "403", "404", "409", "503"]);
    operation
}

fn options(named: &Named<'_>) -> Json {
    let mut operation = operation(named, "describe", "What it is made of, and what it takes.");
    let good = json!({
        "description": "Fields with their types and rules, as Django REST framework describes them.",
        "headers": shared::headers_of(&["X-Request-Id", "Allow"]),
        "content": json_content(rows::reference(shared::METADATA)),
    });
    operation["responses"] = responses("200", good, &["401", "404"]);
    operation
}

fn row_answer(row: Json) -> Json {
    json!({
        "description": "The row.",
        "headers": shared::headers_of(&["X-Request-Id"]),
        "content": json_content(row),
    })
}

/// A body in each media type that is taken.
fn body(named: &Named<'_>, purpose: Purpose, json: Json) -> Json {
    let form = |place| rows::reference(&rows::body(named, purpose, place));
    json!({
        "required": true,
        "content": {
            "application/json": { "schema": json },
            "application/x-www-form-urlencoded": { "schema": form(Place::Form) },
            "multipart/form-data": { "schema": form(Place::Multipart) },
        },
    })
}
