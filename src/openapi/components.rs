//! The components that operations share: parameters of lists, headers, error answers and their schemas.

use serde_json::{Map, Value as Json, json};

use crate::endpoints::ErrorAnswer;
use crate::endpoints::schema::reference;
use crate::records::request::PARAMETERS;

/// The component that OPTIONS answers.
pub(super) const METADATA: &str = "metadata.table";

/// `components/responses`.
pub(super) fn responses() -> Json {
    let entry = |error: ErrorAnswer| {
        let body = match error {
            ErrorAnswer::BadRequest => json!({ "anyOf": [reference("error.fields"), reference("error.detail")] }),
            ErrorAnswer::BadRows => {
                json!({ "anyOf": [reference("error.fields"), reference("error.detail"), reference("error.rows")] })
            }
            _ => reference("error.detail"),
        };
        let headers: &[&str] = match error {
            ErrorAnswer::Unauthorized => &["X-Request-Id", "WWW-Authenticate"],
            ErrorAnswer::MethodNotAllowed => &["X-Request-Id", "Allow"],
            ErrorAnswer::TooManyRequests | ErrorAnswer::ServiceUnavailable => &["X-Request-Id", "Retry-After"],
            _ => &["X-Request-Id"],
        };
        let response = json!({
            "description": error.description(),
            "headers": headers_of(headers),
            "content": {
                "application/json": { "schema": body },
                "application/problem+json": { "schema": reference("error.problem") },
            },
        });
        (error.component().to_owned(), response)
    };
    Json::Object(ErrorAnswer::ALL.map(entry).into_iter().collect())
}

/// `components/headers`.
pub(super) fn headers() -> Json {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let number =
        |description: &str| json!({ "description": description, "schema": { "type": "integer", "minimum": 0 } });
    let mut headers = json!({
        "X-Request-Id": text("Names this request in the log: the client's own, or made."),
        "X-Total-Count": number("Rows on all pages, when `limit` is given."),
        "Link": text("The pages around this one (RFC 8288), when `limit` is given: next, prev, first, last."),
        "Location": text("The address of the row that was added, when it is one."),
        "Allow": text("The methods that the address has."),
        "Retry-After": number("Seconds."),
        "WWW-Authenticate": text("How to show who asks (RFC 6750)."),
    });
    for always in ["X-Request-Id", "Allow"] {
        headers[always]["required"] = json!(true);
    }
    headers
}

/// References to headers.
pub(super) fn headers_of(names: &[&str]) -> Json {
    let entry = |name: &&str| {
        (
            (*name).to_owned(),
            json!({ "$ref": format!("#/components/headers/{name}") }),
        )
    };
    Json::Object(names.iter().map(entry).collect())
}

/// A JSON body.
pub(super) fn json_content(schema: Json) -> Json {
    json!({ "application/json": { "schema": schema } })
}

/// `components/parameters`.
pub(super) fn parameters() -> Json {
    let natural = json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX });
    let about = |name: &str| match name {
        "limit" => Some((
            "At most so many rows. The answer then says how many there are.",
            natural.clone(),
        )),
        "offset" => Some(("Leave out so many rows first.", natural.clone())),
        "after" => Some((
            "Rows behind this one, in the order asked for: its key or, when the order is another than the key's, the cursor \
             from `Link`. Empty to begin. Unlike `offset`, it neither slows down nor skips rows as others are added.",
            json!({ "type": "string" }),
        )),
        "search" => Some((
            "Words, at most 20: each is found in some text of the row, whatever the case and the accents.",
            json!({ "type": "string" }),
        )),
        "format" => Some((
            "How to write the answer, whatever `Accept` says.",
            json!({ "type": "string", "enum": ["json", "csv", "ndjson"] }),
        )),
        // Each table has its own.
        _ => None,
    };
    let entry = |name: &str| {
        let (description, schema) = about(name)?;
        Some((
            name.to_owned(),
            json!({ "name": name, "in": "query", "description": description, "schema": schema }),
        ))
    };
    Json::Object(PARAMETERS.into_iter().filter_map(entry).collect::<Map<_, _>>())
}

/// The schemas of errors and descriptions.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let messages = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    let fields = json!({
        "type": "object", "additionalProperties": messages, "minProperties": 1,
        "description": "What is wrong, by field or parameter; `non_field_errors` for what belongs to no single one.",
        "example": { "name": ["This field is required."] },
    });
    let rows = json!({
        "type": "array", "items": { "type": "object", "additionalProperties": messages },
        "example": [{}, { "name": ["This field is required."] }],
    });
    let detail = json!({
        "type": "object", "properties": { "detail": { "type": "string" } }, "required": ["detail"],
        "example": { "detail": "Not found." },
    });
    let problem = json!({
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
            "detail": { "type": "string" },
            "errors": { "anyOf": [reference("error.fields"), reference("error.rows")] },
        },
        "required": ["type", "title", "status", "detail"],
    });
    let metadata = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" }, "description": { "type": "string" },
            "renders": { "type": "array", "items": { "type": "string" } },
            "parses": { "type": "array", "items": { "type": "string" } },
            "key": { "type": "array", "items": { "type": "string" } },
            "actions": { "type": "object", "additionalProperties": { "type": "object" } },
        },
        "required": ["name", "description", "renders", "parses", "key"],
    });
    vec![
        ("error.fields", fields),
        ("error.rows", rows),
        ("error.detail", detail),
        ("error.problem", problem),
        (METADATA, metadata),
    ]
}
