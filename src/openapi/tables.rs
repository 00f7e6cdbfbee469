//! The operations on a table and on its rows: the descriptions of [`records`], with the table's parameters and schemas.

use serde_json::{Value as Json, json};

use super::components::{self, json_content};
use super::names::Named;
use super::operation::describe;
use super::parameters;
use super::purpose::Purpose;
use super::rows;
use super::security::Rights;
use super::value::Place;
use crate::access::Rule;
use crate::endpoints::records::{self, Action};
use crate::endpoints::schema::reference;
use crate::endpoints::{self, Endpoint, Operation};
use crate::schema::Schema;

/// The paths of a table.
pub(super) fn paths(schema: &Schema, rights: &Rights<'_>, named: &Named<'_>) -> Vec<(String, Json)> {
    let address = records::address_of(&named.table.name);
    let mut of_table = operations(schema, rights, named, &records::TABLE);
    of_table["options"] = options(named, rights.of(Rule::ReadTable, &named.table.name));
    if !named.table.has_rows_with_addresses() {
        return vec![(address, of_table)];
    }
    let mut of_row = operations(schema, rights, named, &records::ROW);
    of_row["parameters"] = json!([parameters::key(named.table)]);
    let row_address = format!("{address}{{{}}}/", parameters::key_name(named.table));
    vec![(address, of_table), (row_address, of_row)]
}

fn operations(schema: &Schema, rights: &Rights<'_>, named: &Named<'_>, endpoint: &'static Endpoint) -> Json {
    let mut path = json!({});
    for operation in records::operations_of(endpoint, named.table) {
        let security = rights.of(operation.rule, &named.table.name);
        let mut described = describe(operation, &named.operation(operation.id), &named.table.name, security);
        if let endpoints::Action::Records(action) = operation.action {
            add_schemas(schema, named, operation, action, &mut described);
        }
        path[operation.method.name().to_ascii_lowercase()] = described;
    }
    path
}

/// Adds what depends on the table: parameters, the body and the content of the answer.
fn add_schemas(schema: &Schema, named: &Named<'_>, operation: &Operation, action: Action, described: &mut Json) {
    let row = reference(&named.component(""));
    let selection = reference(&rows::selection(named));
    let content = match action {
        Action::List => {
            described["parameters"] = json!(parameters::of_list(schema, named.table));
            Some(json!({
                "application/json": { "schema": { "type": "array", "items": selection } },
                "text/csv": { "schema": { "type": "string", "description": "A line of names, then a line a row (RFC 4180)." } },
                "application/x-ndjson": {},
            }))
        }
        Action::Create => {
            let one = reference(&rows::body(named, Purpose::New, Place::Json));
            described["requestBody"] = body(named, Purpose::New, one_or_more(one));
            Some(json_content(one_or_more(row)))
        }
        Action::Read => {
            described["parameters"] = json!(parameters::of_row(schema, named));
            Some(json_content(selection))
        }
        Action::Replace | Action::Change => {
            let purpose = if action == Action::Change {
                Purpose::Change
            } else {
                Purpose::Replace
            };
            let one = reference(&rows::body(named, purpose, Place::Json));
            described["requestBody"] = body(named, purpose, one);
            Some(json_content(row))
        }
        Action::Delete => None,
    };
    if let (Some(content), Some(answer)) = (content, operation.answers.first()) {
        described["responses"][answer.status.to_string()]["content"] = content;
    }
}

fn options(named: &Named<'_>, security: Option<Json>) -> Json {
    let mut operation = json!({
        "operationId": named.operation("describe"),
        "summary": "What it is made of, and what it takes.",
        "tags": [named.table.name],
        "responses": {
            "200": {
                "description": "Fields with their types and rules, as Django REST framework describes them.",
                "headers": components::headers_of(&["X-Request-Id", "Allow"]),
                "content": json_content(reference(components::METADATA)),
            },
            "401": { "$ref": "#/components/responses/Unauthorized" },
            "404": { "$ref": "#/components/responses/NotFound" },
        },
    });
    if let Some(security) = security {
        operation["security"] = security;
    }
    operation
}

fn one_or_more(one: Json) -> Json {
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

/// A body in each media type that rows are taken in.
fn body(named: &Named<'_>, purpose: Purpose, json: Json) -> Json {
    let form = |place| reference(&rows::body(named, purpose, place));
    json!({
        "required": true,
        "content": {
            "application/json": { "schema": json },
            "application/x-www-form-urlencoded": { "schema": form(Place::Form) },
            "multipart/form-data": { "schema": form(Place::Multipart) },
        },
    })
}
