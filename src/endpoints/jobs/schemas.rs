//! The schemas of jobs, of submissions and of what workers send, and the bounds of their fields.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::status;
use crate::endpoints::schema::{fields, object, reference, text, timestamp};
use crate::jobs::job::{ATTEMPTS, ATTEMPTS_LIMIT, MESSAGE_LIMIT, NAME_LIMIT, PRIORITY_LIMIT};

/// Kinds that a claim may name.
pub const MAX_KINDS: usize = 32;
/// Jobs that a claim may take.
pub const MAX_COUNT: i64 = 100;
/// The bounds of a lease.
pub const LEASE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3600));
/// The bounds of the time that a claim waits for jobs.
pub const WAIT: (Duration, Duration) = (Duration::ZERO, Duration::from_secs(60));

/// The texts that spell the durations of [`LEASE`] and [`WAIT`] in seconds.
const LEASE_PATTERN: &str = "^([1-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s$";
const WAIT_PATTERN: &str = "^([0-9]|[1-5][0-9]|60)s$";

/// The components.
pub fn components() -> Vec<(&'static str, Json)> {
    let text = text();
    let moment = timestamp();
    let or_null = |mut schema: Json| {
        schema["type"] = json!([schema["type"], "null"]);
        schema
    };
    let uuid = json!({ "type": "string", "format": "uuid" });
    let status = status();
    let count = json!({ "type": "integer", "minimum": 0 });
    let shown = json!({
        "job_id": uuid, "kind": text, "status": status,
        "result": { "description": "The result, once the job is done." },
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
    vec![
        ("job", object(shown)),
        ("job.state", object(state)),
        ("job.claimed", object(claimed)),
        ("job.renewed", object(renewed)),
        ("job.uppercase", uppercase(true)),
        ("job.uppercase.payload", uppercase_with_payload()),
        ("job.uppercase.form", uppercase(false)),
        ("job.new", new()),
        ("job.claim", of_claim()),
        (
            "job.heartbeat",
            of_worker(json!({
                "progress": progress(), "checkpoint": { "description": "What another attempt would go on from." },
                "lease": duration(LEASE, LEASE_PATTERN),
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
    ]
}

/// A body that submits a job.
pub(super) fn submission() -> Json {
    let kinds = ["job.uppercase", "job.uppercase.payload", "job.new"].map(reference);
    json!({ "anyOf": kinds })
}

/// The answer to a claim.
pub(super) fn claimed_one_or_more() -> Json {
    let claimed = reference("job.claimed");
    json!({ "anyOf": [claimed, { "type": "array", "items": claimed, "minItems": 1 }] })
}

/// The options of a job of any kind.
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
    fields(properties.into(), &["text"])
}

/// The same with its fields in a payload, as jobs of other kinds have them.
fn uppercase_with_payload() -> Json {
    let mut whole = uppercase(true);
    if let Some(properties) = whole["properties"].as_object_mut() {
        let text = properties.shift_remove("text").unwrap_or_default();
        let payload = fields(json!({ "text": text }), &["text"]);
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
    fields(properties.into(), &["kind"])
}

fn of_claim() -> Json {
    let properties = json!({
        "kinds": {
            "type": "array", "items": { "type": "string", "minLength": 1, "maxLength": NAME_LIMIT },
            "minItems": 1, "maxItems": MAX_KINDS, "example": ["resize"],
        },
        "lease": duration(LEASE, LEASE_PATTERN),
        "wait": duration(WAIT, WAIT_PATTERN),
        "count": { "type": ["integer", "null"], "minimum": 1, "maximum": MAX_COUNT },
    });
    fields(properties, &["kinds"])
}

/// A body about a claimed job: its lease, and further fields.
fn of_worker(mut further: Json) -> Json {
    further["lease_token"] = json!({ "type": "string", "minLength": 1, "description": "As the claim answered it." });
    fields(further, &["lease_token"])
}

/// A length of time: seconds, or text such as `30s`.
fn duration((least, most): (Duration, Duration), pattern: &str) -> Json {
    json!({
        "anyOf": [
            { "type": "string", "pattern": pattern },
            { "type": "integer", "minimum": least.as_secs(), "maximum": most.as_secs() },
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
