//! Jobs: submitted, followed, and run by built-in workers or by your own.

pub mod schedules;
pub mod schemas;

use serde_json::{Map, Value as Json, json};

use super::schema::{list_of, reference, text};
use super::{Action as Any, Answer, Body, Endpoint, ErrorAnswer as E, Method, Operation, Parameter, Part, Subject};
use crate::access::{JobAction, Rule};
use crate::jobs::State;
use crate::jobs::list::{LARGEST_PAGE, PAGE};

/// What `http` does for these operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// List jobs.
    List,
    /// Submit a job.
    Submit,
    /// Count jobs.
    Count,
    /// Claim jobs.
    Claim,
    /// Read a job, or follow it.
    Read,
    /// Cancel a job.
    Cancel,
    /// Follow a job.
    Follow,
    /// Retry a job.
    Retry,
    /// Extend a lease.
    Heartbeat,
    /// Complete a job.
    Complete,
    /// Fail an attempt at a job.
    Fail,
}

/// The tag of these operations.
pub const TAG: &str = "jobs";

/// The base under which the document names jobs, and under which schedules are never named.
const BASE: &str = "/jobs";
/// The same under [`super::API_BASE`].
const API_BASE: &str = "/api/jobs";

/// The media type of server-sent events.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Jobs.
pub static SUBJECT: Subject = Subject {
    part: Part::Api,
    bases: &[BASE, API_BASE],
    owns_bases: true,
    otherwise: Rule::AnyValid,
    title: Some("Jobs"),
    tag: TAG,
    endpoints: &[ALL, COUNTS, CLAIM, ONE, EVENTS, RETRY, HEARTBEAT, COMPLETE, FAIL],
};

const ALL: Endpoint = Endpoint {
    path: "",
    variables: &[],
    operations: &[
        Operation {
            query: &[
                Parameter {
                    name: "status",
                    description: "Only jobs that stand there.",
                    schema: status,
                },
                Parameter {
                    name: "kind",
                    description: "Only jobs of this kind.",
                    schema: text,
                },
                Parameter {
                    name: "limit",
                    description: "At most so many.",
                    schema: || json!({ "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE }),
                },
                Parameter {
                    name: "after",
                    description: "Only jobs older than this one; empty to begin.",
                    schema: || json!({ "anyOf": [{ "type": "string", "format": "uuid" }, { "type": "string", "maxLength": 0 }] }),
                },
            ],
            answers: &[Answer {
                headers: &["X-Total-Count", "Link"],
                ..answer(
                    200,
                    "The jobs, the newest first. A page of large results may hold fewer than `limit`; `Link` says where the \
                     next begins.",
                    &[("application/json", || list_of("job"))],
                )
            }],
            errors: &[E::BadRequest, E::NoSuchJob, E::NotAcceptable, E::ServiceUnavailable],
            ..operation(Method::Get, Action::List, JobAction::List, "jobs.list", "List jobs.")
        },
        Operation {
            body: Some(Body::Fields {
                json: schemas::submission,
                form: Some(|| reference("job.uppercase.form")),
                example: Some(|| json!({ "text": "bonjour le monde" })),
            }),
            answers: &[
                Answer {
                    headers: &["Location"],
                    ..answer(202, "The job is in the queue.", STATE)
                },
                Answer {
                    headers: &["Location"],
                    ..answer(
                        200,
                        "An unfinished job of the kind has the same `unique_key`: this one.",
                        STATE,
                    )
                },
            ],
            errors: &[E::ServiceUnavailable],
            ..operation(
                Method::Post,
                Action::Submit,
                JobAction::Submit,
                "jobs.submit",
                "Submit a job.",
            )
        },
    ],
};

const COUNTS: Endpoint = Endpoint {
    path: "/counts",
    variables: &[],
    operations: &[Operation {
        answers: &[answer(
            200,
            "By status, and by kind and status.",
            &[("application/json", counts)],
        )],
        errors: &[E::BadRequest, E::NotAcceptable, E::ServiceUnavailable],
        ..operation(
            Method::Get,
            Action::Count,
            JobAction::List,
            "jobs.counts",
            "Count jobs.",
        )
    }],
};

const CLAIM: Endpoint = Endpoint {
    path: "/claim",
    variables: &[],
    operations: &[Operation {
        body: body(|| reference("job.claim")),
        answers: &[
            answer(
                200,
                "A job; or, when `count` was given, a list of one or more.",
                &[("application/json", schemas::claimed_one_or_more)],
            ),
            answer(204, "There was none, or none came in time.", &[]),
        ],
        errors: &[E::ServiceUnavailable],
        ..operation(
            Method::Post,
            Action::Claim,
            JobAction::Work,
            "jobs.claim",
            "Claim the next job of some kinds.",
        )
    }],
};

const ONE: Endpoint = Endpoint {
    path: "/{job_id}",
    variables: &[ID],
    operations: &[
        Operation {
            answers: &[
                answer(
                    200,
                    "The job.",
                    &[("application/json", || reference("job")), (EVENT_STREAM, event)],
                ),
                SEEN,
            ],
            errors: &[E::BadRequest, E::NoSuchJob, E::NotAcceptable, E::ServiceUnavailable],
            ..operation(Method::Get, Action::Read, JobAction::Read, "jobs.read", "Read a job.")
        },
        Operation {
            answers: &[
                answer(202, "It runs: its worker is told at its next heartbeat.", STATE),
                answer(204, "It is cancelled.", &[]),
            ],
            errors: &[E::BadRequest, E::NoSuchJob, E::JobConflict, E::ServiceUnavailable],
            ..operation(
                Method::Delete,
                Action::Cancel,
                JobAction::Change,
                "jobs.cancel",
                "Cancel a job.",
            )
        },
    ],
};

const EVENTS: Endpoint = Endpoint {
    path: "/{job_id}/events",
    variables: &[ID],
    operations: &[Operation {
        answers: &[
            answer(
                200,
                "Events until the job has come to its end.",
                &[(EVENT_STREAM, event)],
            ),
            SEEN,
        ],
        errors: &[E::BadRequest, E::NoSuchJob, E::ServiceUnavailable],
        ..operation(
            Method::Get,
            Action::Follow,
            JobAction::Read,
            "jobs.events",
            "Follow a job as server-sent events.",
        )
    }],
};

const RETRY: Endpoint = Endpoint {
    path: "/{job_id}/retry",
    variables: &[ID],
    operations: &[Operation {
        answers: &[Answer {
            headers: &["Location"],
            ..answer(202, "It is in the queue again.", STATE)
        }],
        errors: &[E::BadRequest, E::NoSuchJob, E::JobConflict, E::ServiceUnavailable],
        ..operation(
            Method::Post,
            Action::Retry,
            JobAction::Change,
            "jobs.retry",
            "Try a job again that failed or was cancelled.",
        )
    }],
};

const HEARTBEAT: Endpoint = Endpoint {
    path: "/{job_id}/heartbeat",
    variables: &[ID],
    operations: &[Operation {
        body: body(|| reference("job.heartbeat")),
        answers: &[answer(
            200,
            "The lease is renewed.",
            &[("application/json", || reference("job.renewed"))],
        )],
        ..of_worker(
            Action::Heartbeat,
            "jobs.heartbeat",
            "Extend the lease of a claimed job and report its progress.",
        )
    }],
};

const COMPLETE: Endpoint = Endpoint {
    path: "/{job_id}/complete",
    variables: &[ID],
    operations: &[Operation {
        body: body(|| reference("job.completion")),
        answers: &[answer(200, "The job is done.", STATE)],
        ..of_worker(
            Action::Complete,
            "jobs.complete",
            "Give the result of a claimed job. Said again, it is answered again.",
        )
    }],
};

const FAIL: Endpoint = Endpoint {
    path: "/{job_id}/fail",
    variables: &[ID],
    operations: &[Operation {
        body: body(|| reference("job.failure")),
        answers: &[answer(200, "Where the job stands now.", STATE)],
        ..of_worker(
            Action::Fail,
            "jobs.fail",
            "Say that an attempt at a claimed job failed.",
        )
    }],
};

const ID: Parameter = Parameter {
    name: "job_id",
    description: "The name that the job was given.",
    schema: || json!({ "type": "string", "format": "uuid" }),
};

const STATE: &[(&str, super::SchemaFn)] = &[("application/json", || reference("job.state"))];

const SEEN: Answer = answer(204, "With `Last-Event-ID`: the last event of the job was seen.", &[]);

const fn operation(
    method: Method,
    action: Action,
    rule: JobAction,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    Operation::new(method, Any::Jobs(action), Rule::Jobs(rule), id, summary)
}

/// An operation on a job that the caller holds a lease of.
const fn of_worker(action: Action, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        errors: &[E::NoSuchJob, E::JobConflict, E::ServiceUnavailable],
        ..operation(Method::Post, action, JobAction::Work, id, summary)
    }
}

const fn body(json: super::SchemaFn) -> Option<Body> {
    Some(Body::Fields {
        json,
        form: None,
        example: None,
    })
}

const fn answer(status: u16, description: &'static str, content: &'static [(&'static str, super::SchemaFn)]) -> Answer {
    Answer {
        status,
        description,
        headers: &[],
        content,
    }
}

/// Every status of a job.
fn status() -> Json {
    json!({ "type": "string", "enum": State::ALL.map(State::name) })
}

fn counts() -> Json {
    let states = State::ALL.map(State::name);
    let count = json!({ "type": "integer", "minimum": 0 });
    let properties: Map<_, _> = states
        .map(|state| (state.to_owned(), count.clone()))
        .into_iter()
        .collect();
    let of_kind = super::schema::fields(Json::Object(properties), &states);
    let mut all = of_kind.clone();
    all["properties"]["kinds"] = json!({ "type": "object", "additionalProperties": of_kind });
    all["required"] = states.into_iter().chain(["kinds"]).collect();
    all
}

/// An event of a job.
fn event() -> Json {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "data": { "type": "string", "description": "The whole job, as GET answers it." },
        },
        "required": ["id", "data"],
    })
}
