//! The addresses that are there whatever the tables are.

use serde_json::{Map, Value as Json, json};

use super::shared::{self, errors, json_content};

/// The tag of all of them.
pub(super) const TAG: &str = "service";

/// Their paths.
pub(super) fn paths() -> Map<String, Json> {
    let text = json!({ "type": "string" });
    let uri = json!({ "type": "string", "format": "uri" });
    let service = json!({
        "type": "object",
        "properties": {
            "service": text, "version": text, "environment": text, "timestamp": { "type": "string", "format": "date-time" },
            "api": uri, "openapi": uri, "health": uri,
        },
        "required": ["service", "version", "environment", "timestamp", "api", "health"],
    });
    let mut root = get(
        "service",
        "What this is; to a browser, its pages.",
        good("The service.", service),
        &["406"],
    );
    root["get"]["responses"]["200"]["content"]["text/html"] = json!({ "schema": text });
    let tables = json!({ "type": "object", "additionalProperties": uri });
    let document = json!({ "type": "object" });
    Map::from_iter([
        ("/".to_owned(), root),
        (
            "/health".to_owned(),
            health("health", "Whether the service and what it stands on are well."),
        ),
        ("/healthz".to_owned(), health("healthz", "The same as `/health`.")),
        (
            "/livez".to_owned(),
            get("livez", "Whether the process is alive.", good("It is.", status()), &[]),
        ),
        (
            "/readyz".to_owned(),
            health("readyz", "Whether it is migrated, can write and is not about to stop."),
        ),
        (
            "/api/".to_owned(),
            get(
                "tables",
                "The tables and their addresses.",
                good("By name.", tables),
                &["401", "406"],
            ),
        ),
        (
            "/api/openapi.json".to_owned(),
            get(
                "document",
                "This document.",
                good("OpenAPI 3.1.", document),
                &["401", "406"],
            ),
        ),
    ])
}

fn get(name: &str, summary: &str, good: Json, bad: &[&str]) -> Json {
    let mut responses = Map::from_iter([("200".to_owned(), good)]);
    responses.extend(errors(bad));
    json!({ "get": { "operationId": name, "summary": summary, "tags": [TAG], "responses": responses } })
}

fn good(description: &str, schema: Json) -> Json {
    json!({
        "description": description,
        "headers": shared::headers_of(&["X-Request-Id"]),
        "content": json_content(schema),
    })
}

/// A check of health: 503 says in the same shape what is wrong.
fn health(name: &str, summary: &str) -> Json {
    let mut schema = status();
    schema["properties"]["version"] = json!({ "type": "string" });
    schema["properties"]["checks"] = json!({
        "type": "object", "additionalProperties": { "type": "string" }, "description": "`ok`, or what is wrong.",
    });
    schema["required"] = json!(["status", "version", "checks"]);
    let mut path = get(name, summary, good("All is well.", schema.clone()), &[]);
    path["get"]["responses"]["503"] = good("Something is not.", schema);
    path
}

fn status() -> Json {
    json!({
        "type": "object",
        "properties": { "status": { "type": "string", "enum": ["ok", "error"] } },
        "required": ["status"],
    })
}
