//! Operations made from the descriptions of endpoints.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::components::{self, json_content};
use super::security::Rights;
use crate::access::Rule;
use crate::endpoints::{Answer, Body, Endpoint, ErrorAnswer, Operation, Parameter, Subject};

/// The paths of a subject whose addresses do not depend on the tables.
pub(super) fn paths(subject: &Subject, rights: &Rights<'_>) -> Vec<(String, Json)> {
    let base = subject.bases.first().copied().unwrap_or_default();
    let is_documented = |endpoint: &&Endpoint| endpoint.operations.iter().any(|operation| !operation.id.is_empty());
    let endpoints = subject.endpoints.iter().filter(is_documented);
    let path = |endpoint: &Endpoint| {
        let mut path = Map::new();
        if !endpoint.variables.is_empty() {
            let variables = endpoint.variables.iter().map(|variable| parameter(variable, "path"));
            path.insert("parameters".to_owned(), variables.collect());
        }
        for operation in endpoint.operations {
            let mut described = describe(operation, operation.id, subject.tag, rights.of(operation.rule, ""));
            if !operation.query.is_empty() {
                described["parameters"] = operation.query.iter().map(|one| parameter(one, "query")).collect();
            }
            if let Some(Body::Fields { json, form, example }) = operation.body {
                described["requestBody"] = fields(json(), form.map(|form| form()), example.map(|example| example()));
            }
            path.insert(operation.method.name().to_ascii_lowercase(), described);
        }
        (format!("{base}{}", endpoint.path), Json::Object(path))
    };
    endpoints.map(path).collect()
}

/// An operation without its parameters and its body.
pub(super) fn describe(operation: &Operation, id: &str, tag: &str, security: Option<Json>) -> Json {
    let mut described = json!({
        "operationId": id, "summary": operation.summary, "tags": [tag], "responses": responses(operation),
    });
    if let Some(security) = security {
        described["security"] = security;
    }
    described
}

/// `responses`: the answers of an operation, and the errors that it names and that follow from its rule and its body.
fn responses(operation: &Operation) -> Json {
    let of_rule: &[ErrorAnswer] = match operation.rule {
        Rule::Anyone => &[],
        // What a caller may not read does not exist for it.
        Rule::AnyValid | Rule::ReadTable => &[ErrorAnswer::Unauthorized],
        Rule::WriteTable | Rule::Jobs(_) | Rule::SignedIn | Rule::Admin => {
            &[ErrorAnswer::Unauthorized, ErrorAnswer::Forbidden]
        }
    };
    let of_body: &[ErrorAnswer] = match operation.body {
        Some(_) => &ErrorAnswer::OF_BODIES,
        None => &[],
    };
    // The errors that an operation names come last, so that they replace those of the same status.
    let errors = of_rule.iter().chain(of_body).chain(operation.errors);
    let errors: BTreeMap<u16, &ErrorAnswer> = errors.map(|error| (error.status(), error)).collect();
    let answers = operation
        .answers
        .iter()
        .map(|one| (one.status.to_string(), answer(one)));
    let errors = errors.into_iter().map(|(status, error)| {
        let reference = format!("#/components/responses/{}", error.component());
        (status.to_string(), json!({ "$ref": reference }))
    });
    // An answer of this operation's own goes before an error of the same status.
    Json::Object(errors.chain(answers).collect())
}

fn answer(answer: &Answer) -> Json {
    let headers: Vec<&str> = ["X-Request-Id"].iter().chain(answer.headers).copied().collect();
    let mut described = json!({ "description": answer.description, "headers": components::headers_of(&headers) });
    if !answer.content.is_empty() {
        let content = answer.content.iter();
        let content = content.map(|(media_type, schema)| ((*media_type).to_owned(), json!({ "schema": schema() })));
        described["content"] = Json::Object(content.collect());
    }
    described
}

fn parameter(parameter: &Parameter, place: &str) -> Json {
    let mut described = json!({ "name": parameter.name, "in": place, "schema": (parameter.schema)() });
    if !parameter.description.is_empty() {
        described["description"] = json!(parameter.description);
    }
    if place == "path" {
        described["required"] = json!(true);
    }
    described
}

/// A body of fields.
fn fields(json: Json, form: Option<Json>, example: Option<Json>) -> Json {
    let mut content = json_content(json);
    if let Some(example) = example {
        content["application/json"]["example"] = example;
    }
    if let Some(form) = form {
        content["application/x-www-form-urlencoded"] = json!({ "schema": form });
    }
    json!({ "required": true, "content": content })
}
