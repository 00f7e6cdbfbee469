//! The service itself: what it is, its health, the files of its pages, the list of its tables and its OpenAPI document.

use serde_json::{Value as Json, json};

use super::schema::{object, text, timestamp};
use super::{Action as Any, Answer, Endpoint, ErrorAnswer, Method, Operation, Parameter, Part, Rule, Subject};

/// What `http` does for these operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The service as JSON, or its page.
    Root,
    /// The health of all that answers depend on.
    Health,
    /// Whether the process is alive.
    Live,
    /// Whether requests should be sent here.
    Ready,
    /// A file that pages are made of.
    File,
    /// The icon.
    Icon,
    /// The tables and their addresses.
    Tables,
    /// The OpenAPI document.
    Document,
}

/// The tag of these operations.
pub const TAG: &str = "service";

/// The path of [`Action::Root`].
pub const ROOT: &str = "/";
/// The path of [`Action::Health`].
pub const HEALTH: &str = "/health";
/// The paths that monitors and Kubernetes' probes request again and again.
pub const PROBES: [&str; 4] = [HEALTH, "/healthz", "/livez", READY];
/// The prefix of the paths of [`Action::File`].
pub const STATIC: &str = "/static/";
/// The path of [`Action::Ready`].
pub const READY: &str = "/readyz";

/// What every process serves.
pub static SUBJECT: Subject = Subject {
    part: Part::Always,
    bases: &[""],
    owns_bases: false,
    otherwise: Rule::Anyone,
    title: None,
    tag: TAG,
    endpoints: &[
        Endpoint {
            path: ROOT,
            variables: &[],
            operations: &[Operation {
                answers: &[Answer {
                    status: 200,
                    description: "The service.",
                    headers: &[],
                    content: &[("application/json", service), ("text/html", text)],
                }],
                errors: &[ErrorAnswer::NotAcceptable],
                ..get(Action::Root, "service", "What this is; to a browser, its pages.")
            }],
        },
        Endpoint {
            path: HEALTH,
            variables: &[],
            operations: &[Operation {
                answers: &HEALTH_ANSWERS,
                ..get(
                    Action::Health,
                    "health",
                    "Whether the service and what it stands on are well.",
                )
            }],
        },
        Endpoint {
            path: "/healthz",
            variables: &[],
            operations: &[Operation {
                answers: &HEALTH_ANSWERS,
                ..get(Action::Health, "healthz", "The same as `/health`.")
            }],
        },
        Endpoint {
            path: "/livez",
            variables: &[],
            operations: &[Operation {
                answers: &[Answer {
                    status: 200,
                    description: "It is.",
                    headers: &[],
                    content: &[("application/json", status)],
                }],
                ..get(Action::Live, "livez", "Whether the process is alive.")
            }],
        },
        Endpoint {
            path: READY,
            variables: &[],
            operations: &[Operation {
                answers: &HEALTH_ANSWERS,
                ..get(
                    Action::Ready,
                    "readyz",
                    "Whether it is migrated, can write and is not about to stop.",
                )
            }],
        },
    ],
};

/// The files of the pages. The document leaves them out.
pub static PAGES: Subject = Subject {
    part: Part::Pages,
    bases: &[""],
    owns_bases: false,
    otherwise: Rule::Anyone,
    title: None,
    tag: TAG,
    endpoints: &[
        Endpoint {
            path: "/static/{path..}",
            variables: &[Parameter {
                name: "path",
                description: "The file's path.",
                schema: text,
            }],
            operations: &[get(Action::File, "", "A file that pages are made of.")],
        },
        Endpoint {
            path: "/favicon.ico",
            variables: &[],
            operations: &[get(Action::Icon, "", "The icon.")],
        },
    ],
};

/// What the API says of itself.
pub static API: Subject = Subject {
    part: Part::Api,
    bases: &[super::API_BASE],
    owns_bases: false,
    otherwise: Rule::AnyValid,
    title: Some("API"),
    tag: TAG,
    endpoints: &[
        Endpoint {
            path: "/",
            variables: &[],
            operations: &[Operation {
                rule: Rule::AnyValid,
                answers: &[Answer {
                    status: 200,
                    description: "By name.",
                    headers: &[],
                    content: &[("application/json", tables)],
                }],
                errors: &[ErrorAnswer::NotAcceptable],
                ..get(Action::Tables, "tables", "The tables and their addresses.")
            }],
        },
        Endpoint {
            path: DOCUMENT,
            variables: &[],
            operations: &[Operation {
                rule: Rule::AnyValid,
                answers: &[Answer {
                    status: 200,
                    description: "OpenAPI 3.1.",
                    headers: &[],
                    content: &[("application/json", document)],
                }],
                errors: &[ErrorAnswer::NotAcceptable],
                ..get(Action::Document, "document", "This document.")
            }],
        },
    ],
};

/// The path of the document under [`super::API_BASE`].
pub const DOCUMENT: &str = "/openapi.json";

const fn get(action: Action, id: &'static str, summary: &'static str) -> Operation {
    Operation::new(Method::Get, Any::Service(action), Rule::Anyone, id, summary)
}

/// 503 says in the same shape as 200 what is wrong.
const HEALTH_ANSWERS: [Answer; 2] = [
    Answer {
        status: 200,
        description: "All is well.",
        headers: &[],
        content: &[("application/json", health)],
    },
    Answer {
        status: 503,
        description: "Something is not.",
        headers: &[],
        content: &[("application/json", health)],
    },
];

fn uri() -> Json {
    json!({ "type": "string", "format": "uri" })
}

fn service() -> Json {
    let mut service = object(json!({
        "service": text(), "version": text(), "environment": text(), "timestamp": timestamp(), "access": access(),
        "api": uri(), "openapi": uri(), "health": uri(),
    }));
    service["required"] = json!([
        "service",
        "version",
        "environment",
        "access",
        "timestamp",
        "api",
        "health"
    ]);
    service
}

fn tables() -> Json {
    json!({ "type": "object", "additionalProperties": uri() })
}

fn document() -> Json {
    json!({ "type": "object" })
}

fn status() -> Json {
    object(json!({ "status": { "type": "string", "enum": ["ok", "error"] } }))
}

fn health() -> Json {
    let mut health = status();
    health["properties"]["version"] = text();
    health["properties"]["checks"] = json!({
        "type": "object", "additionalProperties": { "type": "string" }, "description": "`ok`, or what is wrong.",
    });
    health["properties"]["access"] = access();
    health["required"] = json!(["status", "version", "access", "checks"]);
    health
}

/// Whether strangers may write.
fn access() -> Json {
    json!({
        "type": "string", "enum": ["open", "closed", "unknown"],
        "description": "`open`: there has never been an account or token, and anyone may write.",
    })
}
