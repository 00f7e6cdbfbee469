//! The schemas of jobs, of what asks for them, and of what workers say.

use serde_json::{Map, Value as Json, json};

use super::jobs::states;
use crate::jobs::job::{ATTEMPTS, ATTEMPTS_LIMIT, MESSAGE_LIMIT, NAME_LIMIT, PRIORITY_LIMIT};

/// The largest lease and the longest wait, in seconds, and what spells them.
const LEASES: (i64, &str) = (3600, "^([1-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s$");
const WAITS: (i64, &str) = (60, "^([0-9]|[1-5][0-9]|60)s$");

/// The schemas of jobs and of what is said about them.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let text = json!({ "type": "string" });
    let moment = json!({ "type": "string", "format": "date-time" });
    let or_null = |mut schema: Json| {
        schema["type"] = json!([schema["type"], "null"]);
        schema
    };
    let uuid = json!({ "type": "string", "format": "uuid" });
    let status = json!({ "type": "string", "enum": states() });
    let count = json!({ "type": "integer", "minimum": 0 });
    let shown = json!({
        "job_id": uuid, "kind": text, "status": status,
        "result": { "description": "What came of it, once it is done." },
        "error": or_null(text.clone()), "progress": progress(), "attempts": count, "max_attempts": count,
        "priority": { "type": "integer" }, "unique_key": or_null(text.clone()), "cancel_requested": { "type": "boolean" },
        "created_at": moment, "run_at": moment, "started_at": or_null(moment.clone()), "updated_at": moment,
        "finished_at": or_null(moment.clone()),
    });
    let claimed = json!({
        "job_id": uuid, "kind": text, "payload": {}, "attempt": { "type": "integer", "minimum": 1 },
        "max_attempts": count, "checkpoint": {}, "lease_token": text, "lease_until": moment, "created_at": moment,
    });
    let state = json!({ "job_id": uuid, "status": status });
    let renewed = json!({
        "job_id": uuid, "status": status, "lease_until": moment,
        "cancelled": { "type": "boolean", "description": "Whether the worker is asked to stop." },
    });
    let whole = |properties: Json| {
        let required: Vec<String> = properties
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        json!({ "type": "object", "properties": properties, "required": required })
    };
    let named = [
        ("job", whole(shown)),
        ("job.state", whole(state)),
        ("job.claimed", whole(claimed)),
        ("job.renewed", whole(renewed)),
        ("job.uppercase", uppercase(true)),
        ("job.uppercase.payload", uppercase_with_payload()),
        ("job.uppercase.form", uppercase(false)),
        ("job.new", new()),
        ("job.claim", of_claim()),
        (
            "job.heartbeat",
            of_worker(json!({
                "progress": progress(), "checkpoint": { "description": "What another attempt would go on from." },
                "lease": time(LEASES),
            })),
        ),
        (
            "job.completion",
            of_worker(json!({ "result": { "description": "Any JSON." } })),
        ),
        (
            "job.failure",
            of_worker(json!({
                "error": { "type": ["string", "null"], "description": "The first 4096 characters are kept." },
                "retry": { "type": ["boolean", "null"], "default": true },
            })),
        ),
    ];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}

/// What every job may be asked for with.
fn options() -> Map<String, Json> {
    let natural = |least: i64, most: i64, default: i64| json!({ "type": ["integer", "null"], "minimum": least, "maximum": most, "default": default });
    Map::from_iter([
        ("priority".to_owned(), natural(-PRIORITY_LIMIT, PRIORITY_LIMIT, 0)),
        ("max_attempts".to_owned(), natural(1, ATTEMPTS_LIMIT, ATTEMPTS)),
        (
            "run_at".to_owned(),
            json!({ "type": ["string", "null"], "format": "date-time", "description": "Not before this; at once when it is not given." }),
        ),
        (
            "unique_key".to_owned(),
            json!({
                "type": ["string", "null"], "minLength": 1, "maxLength": NAME_LIMIT,
                "description": "While a job of this kind with this key is unfinished, no other is made.",
            }),
        ),
    ])
}

fn object(properties: Map<String, Json>, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A job of the first built-in kind, whose fields stand beside its options.
fn uppercase(is_json: bool) -> Json {
    let mut properties = options();
    if !is_json {
        // A form has no null, and an empty field is not none.
        for option in properties.values_mut() {
            option["type"] = option["type"][0].clone();
        }
    }
    properties.insert(
        "text".to_owned(),
        json!({ "type": "string", "minLength": 1, "description": "At most 256 KiB as JSON." }),
    );
    let kind = match is_json {
        true => json!({ "enum": ["uppercase", null] }),
        false => json!({ "type": "string", "enum": ["uppercase"] }),
    };
    properties.insert("kind".to_owned(), kind);
    object(properties, &["text"])
}

/// The same with its fields in a payload, as jobs of other kinds have them.
fn uppercase_with_payload() -> Json {
    let mut whole = uppercase(true);
    if let Some(properties) = whole["properties"].as_object_mut() {
        let text = properties.shift_remove("text").unwrap_or_default();
        let payload = object(Map::from_iter([("text".to_owned(), text)]), &["text"]);
        properties.insert("payload".to_owned(), payload);
    }
    whole["required"] = json!(["payload"]);
    whole
}

/// A job of a kind that your own workers do.
fn new() -> Json {
    let mut properties = options();
    let kind = json!({
        "type": "string", "pattern": format!("^[A-Za-z0-9_.:/-]{{1,{NAME_LIMIT}}}$"), "not": { "enum": ["uppercase"] },
        "example": "resize",
    });
    properties.insert("kind".to_owned(), kind);
    properties.insert(
        "payload".to_owned(),
        json!({ "description": "Any JSON, at most 256 KiB.", "example": { "width": 100 } }),
    );
    object(properties, &["kind"])
}

fn of_claim() -> Json {
    let properties = json!({
        "kinds": {
            "type": "array", "items": { "type": "string", "minLength": 1, "maxLength": NAME_LIMIT },
            "minItems": 1, "maxItems": 32, "example": ["resize"],
        },
        "lease": time(LEASES),
        "wait": time(WAITS),
        "count": { "type": ["integer", "null"], "minimum": 1, "maximum": 100 },
    });
    object(properties.as_object().cloned().unwrap_or_default(), &["kinds"])
}

fn of_worker(further: Json) -> Json {
    let mut properties = further.as_object().cloned().unwrap_or_default();
    properties.insert(
        "lease_token".to_owned(),
        json!({ "type": "string", "description": "As the claim answered it." }),
    );
    object(properties, &["lease_token"])
}

/// A length of time: seconds, or text such as `30s`.
fn time((most, pattern): (i64, &str)) -> Json {
    let least = i64::from(most == LEASES.0);
    json!({
        "anyOf": [
            { "type": "string", "pattern": pattern },
            { "type": "integer", "minimum": least, "maximum": most },
            { "type": "null" },
        ],
        "description": "Such as `30s`, or a number of seconds.",
    })
}

fn progress() -> Json {
    let amount = json!({ "type": ["number", "null"], "minimum": 0 });
    json!({
        "anyOf": [
            { "type": "number", "minimum": 0, "maximum": 1 },
            {
                "type": "object",
                "properties": {
                    "done": amount, "total": amount,
                    "message": { "type": ["string", "null"], "maxLength": MESSAGE_LIMIT },
                },
                "additionalProperties": false,
            },
            { "type": "null" },
        ],
    })
}
