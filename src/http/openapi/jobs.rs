//! The addresses of jobs. They are under `/api/jobs` as well, which is said once instead of twice.

use serde_json::{Map, Value as Json, json};

use super::rows::reference;
use super::shared::{self, errors, json_content};
use crate::jobs::State;
use crate::jobs::job::{ATTEMPTS, ATTEMPTS_LIMIT, MESSAGE_LIMIT, NAME_LIMIT, PRIORITY_LIMIT};
use crate::jobs::list::{LARGEST_PAGE, PAGE};

/// The tag of all of them.
pub(super) const TAG: &str = "jobs";
/// Its description.
pub(super) const ABOUT: &str = "Work that outlives the request: asked for, followed, and done by workers built in or your \
     own. Everything here is also under `/api/jobs`.";

/// The largest lease and the longest wait, in seconds, and what spells them.
const LEASES: (i64, &str) = (3600, "^([1-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s$");
const WAITS: (i64, &str) = (60, "^([0-9]|[1-5][0-9]|60)s$");

/// Their paths.
pub(super) fn paths() -> Vec<(String, Json)> {
    let path = |path: &str, operations: Json| (path.to_owned(), operations);
    let of_one = |verbs: Json| {
        let mut operations = json!({ "parameters": [id()] });
        if let (Some(all), Some(verbs)) = (operations.as_object_mut(), verbs.as_object()) {
            all.extend(verbs.clone());
        }
        operations
    };
    let worker = |name: &str, summary: &str, body: &str, good: Json| {
        let bad = ["400", "404.job", "408", "409.job", "413", "415", "503"];
        let mut operation = operation(name, summary, "200", good, &bad);
        operation["requestBody"] = required(json_content(reference(body)));
        of_one(json!({ "post": operation }))
    };
    vec![
        path("/jobs", json!({ "get": list(), "post": submit() })),
        path("/jobs/counts", json!({ "get": counts() })),
        path("/jobs/claim", json!({ "post": claim() })),
        path("/jobs/{job_id}", of_one(json!({ "get": read(), "delete": cancel() }))),
        path("/jobs/{job_id}/events", of_one(json!({ "get": events() }))),
        path("/jobs/{job_id}/retry", of_one(json!({ "post": retry() }))),
        path(
            "/jobs/{job_id}/heartbeat",
            worker(
                "heartbeat",
                "Keep a claimed job, and say how far it is.",
                "job.heartbeat",
                answer("The lease is renewed.", reference("job.renewed"), &[]),
            ),
        ),
        path(
            "/jobs/{job_id}/complete",
            worker(
                "complete",
                "Give the result of a claimed job. Said again, it is answered again.",
                "job.completion",
                answer("The job is done.", reference("job.state"), &[]),
            ),
        ),
        path(
            "/jobs/{job_id}/fail",
            worker(
                "fail",
                "Say that an attempt at a claimed job failed.",
                "job.failure",
                answer("Where the job stands now.", reference("job.state"), &[]),
            ),
        ),
    ]
}

fn operation(name: &str, summary: &str, status: &str, good: Json, bad: &[&str]) -> Json {
    let mut responses = Map::from_iter([(status.to_owned(), good)]);
    responses.extend(errors(bad));
    json!({ "operationId": format!("{TAG}.{name}"), "summary": summary, "tags": [TAG], "responses": responses })
}

fn answer(description: &str, schema: Json, headers: &[&str]) -> Json {
    let headers: Vec<&str> = ["X-Request-Id"].iter().chain(headers).copied().collect();
    json!({ "description": description, "headers": shared::headers_of(&headers), "content": json_content(schema) })
}

fn bare(description: &str) -> Json {
    json!({ "description": description, "headers": shared::headers_of(&["X-Request-Id"]) })
}

fn required(content: Json) -> Json {
    json!({ "required": true, "content": content })
}

fn id() -> Json {
    json!({
        "name": "job_id", "in": "path", "required": true, "description": "The name that the job was given.",
        "schema": { "type": "string", "format": "uuid" },
    })
}

fn list() -> Json {
    let good = answer(
        "The jobs, the newest first. A page of large results may hold fewer than `limit`; `Link` says where the next begins.",
        json!({ "type": "array", "items": reference("job") }),
        &["X-Total-Count", "Link"],
    );
    let mut operation = operation("list", "List jobs.", "200", good, &["400", "404.job", "406", "503"]);
    let parameter = |name: &str, description: &str, schema: Json| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    operation["parameters"] = json!([
        parameter(
            "status",
            "Only jobs that stand there.",
            json!({ "type": "string", "enum": states() })
        ),
        parameter("kind", "Only jobs of this kind.", json!({ "type": "string" })),
        parameter(
            "limit",
            "At most so many.",
            json!({ "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE })
        ),
        parameter(
            "after",
            "Only jobs older than this one; empty to begin.",
            json!({ "anyOf": [{ "type": "string", "format": "uuid" }, { "type": "string", "maxLength": 0 }] })
        ),
    ]);
    operation
}

fn submit() -> Json {
    let good = answer("The job is in the queue.", reference("job.state"), &["Location"]);
    let bad = ["400", "408", "413", "415", "503"];
    let mut operation = operation("submit", "Ask for a job.", "202", good, &bad);
    operation["responses"]["200"] = answer(
        "An unfinished job of the kind has the same `unique_key`: this one.",
        reference("job.state"),
        &["Location"],
    );
    let json = json!({ "anyOf": [reference("job.uppercase"), reference("job.new")] });
    operation["requestBody"] = required(json!({
        "application/json": { "schema": json, "example": { "text": "bonjour le monde" } },
        "application/x-www-form-urlencoded": { "schema": reference("job.uppercase.form") },
    }));
    operation
}

fn counts() -> Json {
    let count = json!({ "type": "integer", "minimum": 0 });
    let of_states = || states().into_iter().map(|state| (state.to_owned(), count.clone()));
    let of_kind = json!({
        "type": "object", "properties": of_states().collect::<Map<_, _>>(), "required": states(),
        "additionalProperties": false,
    });
    let mut all = of_kind.clone();
    all["properties"]["kinds"] = json!({ "type": "object", "additionalProperties": of_kind });
    all["required"] = json!(states().into_iter().chain(["kinds"]).collect::<Vec<_>>());
    let good = answer("By status, and by kind and status.", all, &[]);
    operation("counts", "Count jobs.", "200", good, &["400", "406", "503"])
}

fn claim() -> Json {
    let claimed = reference("job.claimed");
    let good = answer(
        "A job; or, when `count` was given, a list of one or more.",
        json!({ "anyOf": [claimed, { "type": "array", "items": claimed, "minItems": 1 }] }),
        &[],
    );
    let bad = ["400", "408", "413", "415", "503"];
    let mut operation = operation("claim", "Take the next job of some kinds.", "200", good, &bad);
    operation["responses"]["204"] = bare("There was none, or none came in time.");
    operation["requestBody"] = required(json_content(reference("job.claim")));
    operation
}

fn read() -> Json {
    let mut good = answer("The job.", reference("job"), &[]);
    good["content"]["text/event-stream"] = stream();
    let mut operation = operation("read", "Read a job.", "200", good, &["400", "404.job", "406", "503"]);
    operation["responses"]["204"] = bare("With `Last-Event-ID`: the last event of the job was seen.");
    operation
}

fn events() -> Json {
    let mut good = bare("Events until the job has come to its end.");
    good["content"] = json!({ "text/event-stream": stream() });
    let mut operation = operation(
        "events",
        "Follow a job as server-sent events.",
        "200",
        good,
        &["400", "404.job", "503"],
    );
    operation["responses"]["204"] = bare("With `Last-Event-ID`: the last event of the job was seen.");
    operation
}

fn stream() -> Json {
    json!({ "schema": {
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "data": { "type": "string", "description": "The whole job, as GET answers it." },
        },
        "required": ["id", "data"],
    } })
}

fn cancel() -> Json {
    let good = answer(
        "It runs: its worker is told at its next heartbeat.",
        reference("job.state"),
        &[],
    );
    let bad = ["400", "404.job", "409.job", "503"];
    let mut operation = operation("cancel", "Call a job off.", "202", good, &bad);
    operation["responses"]["204"] = bare("It is cancelled.");
    operation
}

fn retry() -> Json {
    let good = answer("It is in the queue again.", reference("job.state"), &["Location"]);
    let bad = ["400", "404.job", "409.job", "503"];
    operation(
        "retry",
        "Try a job again that failed or was cancelled.",
        "202",
        good,
        &bad,
    )
}

fn states() -> Vec<&'static str> {
    State::ALL.map(State::name).into()
}

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
