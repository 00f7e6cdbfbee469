//! The addresses of jobs. They are under `/api/jobs` as well, which is said once instead of twice.

use serde_json::{Map, Value as Json, json};

use super::rows::reference;
use super::security::Rights;
use super::shared::{self, errors, json_content};
use crate::jobs::State;
use crate::jobs::list::{LARGEST_PAGE, PAGE};

/// The tag of all of them.
pub(super) const TAG: &str = "jobs";
/// Its description.
pub(super) const ABOUT: &str = "Work that outlives the request: asked for, followed, and done by workers built in or your \
     own. Everything here is also under `/api/jobs`.";

/// Their paths.
pub(super) fn paths(rights: &Rights<'_>) -> Vec<(String, Json)> {
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
    let mut paths = vec![
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
    ];
    let operations = paths
        .iter_mut()
        .filter_map(|(_, operations)| operations.as_object_mut());
    for operation in operations.flat_map(|operations| operations.values_mut()) {
        let name = operation["operationId"].as_str().and_then(|id| id.split('.').nth(1));
        if let Some(security) = name.and_then(|name| rights.of_job(name)) {
            operation["security"] = security;
        }
    }
    paths
}

fn operation(name: &str, summary: &str, status: &str, good: Json, bad: &[&str]) -> Json {
    let mut responses = Map::from_iter([(status.to_owned(), good)]);
    responses.extend(errors(bad));
    responses.extend(errors(&["401", "403"]));
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
    let kinds = ["job.uppercase", "job.uppercase.payload", "job.new"].map(reference);
    let json = json!({ "anyOf": kinds });
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

/// Every status.
pub(super) fn states() -> Vec<&'static str> {
    State::ALL.map(State::name).into()
}
