//! Schedules: jobs that are submitted by time.

use serde_json::{Map, Value as Json, json};

use super::answer;
use crate::access::{JobAction, Rule};
use crate::endpoints::schema::{list_of, nullable_timestamp, reference, text, timestamp};
use crate::endpoints::{
    Action as Any, Answer, Body, Endpoint, ErrorAnswer as E, Method, Operation, Parameter, Part, SchemaFn, Subject,
};
use crate::jobs::job::{ATTEMPTS, ATTEMPTS_LIMIT, PRIORITY_LIMIT};

/// What `http` does for these operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// List schedules.
    List,
    /// Create a schedule.
    Create,
    /// Read a schedule.
    Read,
    /// Change a schedule.
    Change,
    /// Remove a schedule.
    Remove,
}

/// The component of answers, and that of bodies.
const SCHEDULE: &str = "jobs.schedule";
const BODY: &str = "jobs.schedule.body";

/// Schedules.
pub static SUBJECT: Subject = Subject {
    part: Part::Api,
    bases: &["/api/jobs/schedules", "/jobs/schedules"],
    owns_bases: true,
    otherwise: Rule::AnyValid,
    title: Some("Jobs"),
    tag: super::TAG,
    endpoints: &[ALL, ONE],
};

const ALL: Endpoint = Endpoint {
    path: "/",
    variables: &[],
    operations: &[
        Operation {
            answers: &[answer(
                200,
                "The schedules.",
                &[("application/json", || list_of(SCHEDULE))],
            )],
            errors: READ_ERRORS,
            ..operation(
                Method::Get,
                Action::List,
                JobAction::List,
                "schedules.list",
                "List schedules, by name.",
            )
        },
        Operation {
            body: body(|| json!({ "allOf": [reference(BODY), { "required": ["name", "kind"] }] })),
            answers: &[Answer {
                headers: &["Location"],
                ..answer(201, "It is made.", ONE_SCHEDULE)
            }],
            errors: WRITE_ERRORS,
            ..operation(
                Method::Post,
                Action::Create,
                JobAction::ChangeSchedules,
                "schedules.create",
                "Make a schedule.",
            )
        },
    ],
};

const ONE: Endpoint = Endpoint {
    path: "/{name}/",
    variables: &[Parameter {
        name: "name",
        description: "The schedule's name.",
        schema: text,
    }],
    operations: &[
        Operation {
            answers: &[answer(200, "The schedule.", ONE_SCHEDULE)],
            errors: READ_ERRORS,
            ..operation(
                Method::Get,
                Action::Read,
                JobAction::List,
                "schedules.read",
                "Show a schedule and its next ticks.",
            )
        },
        Operation {
            body: body(|| reference(BODY)),
            answers: &[answer(200, "It is changed.", ONE_SCHEDULE)],
            errors: WRITE_ERRORS,
            ..operation(
                Method::Patch,
                Action::Change,
                JobAction::ChangeSchedules,
                "schedules.change",
                "Change a schedule that was made over the API.",
            )
        },
        Operation {
            answers: &[answer(204, "It is gone.", &[])],
            errors: WRITE_ERRORS,
            ..operation(
                Method::Delete,
                Action::Remove,
                JobAction::ChangeSchedules,
                "schedules.delete",
                "Remove a schedule that was made over the API. Its jobs stay.",
            )
        },
    ],
};

const ONE_SCHEDULE: &[(&str, SchemaFn)] = &[("application/json", || reference(SCHEDULE))];
const READ_ERRORS: &[E] = &[E::BadRequest, E::NotFound, E::NotAcceptable, E::ServiceUnavailable];
const WRITE_ERRORS: &[E] = &[E::BadRequest, E::NotFound, E::Conflict, E::ServiceUnavailable];

const fn operation(
    method: Method,
    action: Action,
    rule: JobAction,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    Operation::new(method, Any::Schedules(action), Rule::Jobs(rule), id, summary)
}

const fn body(json: SchemaFn) -> Option<Body> {
    Some(Body::Fields {
        json,
        form: None,
        example: None,
    })
}

/// The components.
pub fn components() -> Vec<(&'static str, Json)> {
    let given = given();
    let body = json!({
        "type": "object",
        "description": "One of `cron` and `every` is needed; giving one does away with the other.",
        "properties": given,
        "additionalProperties": false,
        "example": { "name": "nightly", "kind": "report", "cron": "30 2 * * *", "timezone": "Europe/Paris" },
    });
    let (moment, moment_or_null) = (timestamp(), nullable_timestamp());
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
    vec![(SCHEDULE, schedule), (BODY, body)]
}

/// The fields that a request may set.
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
