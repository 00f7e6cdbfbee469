//! Schedules: jobs that are asked for by the clock.

use serde_json::{Map, Value as Json, json};

use super::jobs::TAG;
use super::rows::reference;
use super::security::Rights;
use super::shared::{self, errors, json_content};
use crate::config_file::AccessLevel;
use crate::jobs::job::{ATTEMPTS, ATTEMPTS_LIMIT, PRIORITY_LIMIT};

/// The component that is answered, and that of bodies.
const SCHEDULE: &str = "jobs.schedule";
const BODY: &str = "jobs.schedule.body";

/// Their paths.
pub(super) fn paths(rights: &Rights<'_>) -> Vec<(String, Json)> {
    let reading = if rights.is_open {
        AccessLevel::Public
    } else {
        AccessLevel::Viewer
    };
    let all = json!({ "type": "array", "items": reference(SCHEDULE) });
    let one = reference(SCHEDULE);
    let new = json!({ "allOf": [reference(BODY), { "required": ["name", "kind"] }] });
    let name = json!({
        "name": "name", "in": "path", "required": true, "description": "The schedule's name.", "schema": { "type": "string" },
    });
    let read = &["401", "403", "404", "406", "503"];
    let write = &["400", "401", "403", "404", "408", "409", "413", "415", "503"];
    let of_all = json!({
        "get": operation("list", "List schedules, by name.", reading, ("200", answer("The schedules.", &[], Some(all))), read),
        "post": with_body(
            operation("create", "Make a schedule.", AccessLevel::Admin, ("201", answer("It is made.", &["Location"], Some(one.clone()))), write),
            new,
        ),
    });
    let of_one = json!({
        "parameters": [name],
        "get": operation("read", "Show a schedule and its next ticks.", reading, ("200", answer("The schedule.", &[], Some(one.clone()))), read),
        "patch": with_body(
            operation("change", "Change a schedule that was made over the API.", AccessLevel::Admin, ("200", answer("It is changed.", &[], Some(one))), write),
            reference(BODY),
        ),
        "delete": operation("delete", "Remove a schedule that was made over the API. Its jobs stay.", AccessLevel::Admin, ("204", answer("It is gone.", &[], None)), write),
    });
    vec![
        ("/api/jobs/schedules/".to_owned(), of_all),
        ("/api/jobs/schedules/{name}/".to_owned(), of_one),
    ]
}

/// Their schemas.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let given = given();
    let body = json!({
        "type": "object",
        "description": "One of `cron` and `every` is needed; giving one does away with the other.",
        "properties": given,
        "additionalProperties": false,
        "example": { "name": "nightly", "kind": "report", "cron": "30 2 * * *", "timezone": "Europe/Paris" },
    });
    let moment = json!({ "type": "string", "format": "date-time" });
    let moment_or_null = json!({ "type": ["string", "null"], "format": "date-time" });
    let mut shown = given;
    let kept = json!({
        "source": { "enum": ["file", "api"], "description": "`file`: it is written in socle.toml and changed there." },
        "next_at": moment_or_null,
        "last_at": moment_or_null,
        "last_job_id": { "type": ["string", "null"], "description": "The job of the last tick, or the unfinished one that it was left out for." },
        "created_at": moment,
        "updated_at": moment,
    });
    shown.extend(kept.as_object().cloned().unwrap_or_default());
    let required: Vec<&String> = shown.keys().collect();
    let mut schedule = json!({ "type": "object", "required": required });
    shown.insert(
        "next".to_owned(),
        json!({ "type": "array", "items": moment, "description": "Ticks to come, with the offset of the time zone; not in lists." }),
    );
    schedule["properties"] = Json::Object(shown);
    vec![(SCHEDULE.to_owned(), schedule), (BODY.to_owned(), body)]
}

/// What a request may say of a schedule.
fn given() -> Map<String, Json> {
    let text = |description: &str| json!({ "type": ["string", "null"], "description": description });
    Map::from_iter([
        (
            "name".to_owned(),
            json!({ "type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$" }),
        ),
        (
            "kind".to_owned(),
            json!({ "type": "string", "description": "What its jobs do." }),
        ),
        (
            "payload".to_owned(),
            json!({ "description": "What its jobs are about: any JSON." }),
        ),
        (
            "cron".to_owned(),
            text("Five fields as in crontab(5), or @hourly, @daily, @weekly, @monthly, @yearly."),
        ),
        ("every".to_owned(), text("A time from 1s to 366d, such as `1h30m`.")),
        (
            "timezone".to_owned(),
            text("The IANA's name of the zone whose clock `cron` goes by; UTC unless said otherwise."),
        ),
        (
            "priority".to_owned(),
            json!({ "type": "integer", "minimum": -PRIORITY_LIMIT, "maximum": PRIORITY_LIMIT, "default": 0 }),
        ),
        (
            "max_attempts".to_owned(),
            json!({ "type": "integer", "minimum": 1, "maximum": ATTEMPTS_LIMIT, "default": ATTEMPTS }),
        ),
        (
            "unique".to_owned(),
            json!({ "type": "boolean", "default": true, "description": "Whether a tick is left out while the job of an earlier one is unfinished." }),
        ),
        ("enabled".to_owned(), json!({ "type": "boolean", "default": true })),
    ])
}

fn operation(verb: &str, summary: &str, level: AccessLevel, good: (&str, Json), bad: &[&str]) -> Json {
    let mut responses = Map::from_iter([(good.0.to_owned(), good.1)]);
    responses.extend(errors(bad));
    let mut operation = json!({
        "operationId": format!("schedules.{verb}"), "summary": summary, "tags": [TAG], "responses": responses,
    });
    if let Some(security) = Rights::asking_for(level) {
        operation["security"] = security;
    }
    operation
}

fn with_body(mut operation: Json, schema: Json) -> Json {
    operation["requestBody"] = json!({ "required": true, "content": json_content(schema) });
    operation
}

fn answer(description: &str, headers: &[&str], schema: Option<Json>) -> Json {
    let headers: Vec<&str> = headers.iter().copied().chain(["X-Request-Id"]).collect();
    let mut answer = json!({ "description": description, "headers": shared::headers_of(&headers) });
    if let Some(schema) = schema {
        answer["content"] = json_content(schema);
    }
    answer
}
