//! What all tables share: parameters, headers, errors.

use serde_json::{Map, Value as Json, json};

use super::rows::reference;
use crate::records::request::PARAMETERS;

/// The component that OPTIONS answers.
pub(super) const METADATA: &str = "metadata.table";

/// Statuses of errors, the component of each, and what it means.
const ERRORS: [(&str, &str, &str); 15] = [
    (
        "400",
        "BadRequest",
        "Fields or parameters are wrong, or the body cannot be read.",
    ),
    (
        "400.rows",
        "BadRows",
        "Fields are wrong, or the body cannot be read. For an array: one entry for each row, empty for good ones.",
    ),
    (
        "401",
        "Unauthorized",
        "No credential, or one that is not taken: unknown, expired or revoked.",
    ),
    (
        "403",
        "Forbidden",
        "The caller's role does not suffice, or the request may be forged.",
    ),
    ("404", "NotFound", "There is no such row or table."),
    ("404.job", "NoSuchJob", "There is no such job, or no longer."),
    ("405", "MethodNotAllowed", "The address does not have this method."),
    ("406", "NotAcceptable", "`Accept` names nothing that can be answered."),
    ("408", "RequestTimeout", "The body did not arrive in time."),
    (
        "409",
        "Conflict",
        "Something else stands in the way, such as rows that point to this one.",
    ),
    (
        "409.job",
        "JobConflict",
        "The job stands where this cannot be done, or the lease is over.",
    ),
    ("413", "ContentTooLarge", "The body is larger than the server takes."),
    (
        "415",
        "UnsupportedMediaType",
        "The body has a media type that is not taken.",
    ),
    (
        "429",
        "TooManyRequests",
        "Too many requests or failed sign-ins. `Retry-After` says when to try again.",
    ),
    (
        "503",
        "ServiceUnavailable",
        "The database is busy, full or about to stop. `Retry-After` says when to try again.",
    ),
];

/// `responses` entries for these errors.
pub(super) fn errors(statuses: &[&str]) -> Vec<(String, Json)> {
    let known = ERRORS.iter().filter(|(status, ..)| statuses.contains(status));
    let entry = |(status, name, _): &(&str, &str, &str)| {
        let status = status.split_once('.').map_or(*status, |(status, _)| status);
        (
            status.to_owned(),
            json!({ "$ref": format!("#/components/responses/{name}") }),
        )
    };
    known.map(entry).collect()
}

/// `components/responses`.
pub(super) fn responses() -> Json {
    let entry = |(status, name, description): (&str, &str, &str)| {
        let body = match status {
            "400" => json!({ "anyOf": [reference("error.fields"), reference("error.detail")] }),
            "400.rows" => {
                json!({ "anyOf": [reference("error.fields"), reference("error.detail"), reference("error.rows")] })
            }
            _ => reference("error.detail"),
        };
        let headers: &[&str] = match status {
            "401" => &["X-Request-Id", "WWW-Authenticate"],
            "405" => &["X-Request-Id", "Allow"],
            "429" | "503" => &["X-Request-Id", "Retry-After"],
            _ => &["X-Request-Id"],
        };
        let response = json!({
            "description": description,
            "headers": headers_of(headers),
            "content": {
                "application/json": { "schema": body },
                "application/problem+json": { "schema": reference("error.problem") },
            },
        });
        (name.to_owned(), response)
    };
    Json::Object(ERRORS.map(entry).into_iter().collect())
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
pub(super) fn schemas() -> Vec<(String, Json)> {
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
    let named = [
        ("error.fields", fields),
        ("error.rows", rows),
        ("error.detail", detail),
        ("error.problem", problem),
        (METADATA, metadata),
    ];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}
