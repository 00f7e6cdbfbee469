//! Schedules: listed, created, read, changed and removed.

use percent_encoding::percent_decode_str;
use rocket::http::Status;
use rocket::{Data, Response};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::endpoints::jobs::schedules::Action;
use crate::http::body;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::{self, ApiError};
use crate::jobs::Error;
use crate::jobs::job::{ATTEMPTS_LIMIT, PRIORITY_LIMIT};
use crate::jobs::schedule::{Schedule, ScheduleSpec, Schedules};

/// The fields that a request may set.
const SETTABLE: [&str; 10] = [
    "name",
    "kind",
    "payload",
    "cron",
    "every",
    "timezone",
    "priority",
    "max_attempts",
    "unique",
    "enabled",
];
/// The fields that the server sets. In a body they are ignored, as those of rows are.
const SERVER_MANAGED: [&str; 7] = [
    "source",
    "next_at",
    "next",
    "last_at",
    "last_job_id",
    "created_at",
    "updated_at",
];
/// Coming ticks in the answer for one schedule.
const TICKS_SHOWN: usize = 5;

/// One schedule, with its next ticks.
#[derive(Serialize)]
struct Detailed {
    #[serde(flatten)]
    schedule: Schedule,
    next: Vec<String>,
}

/// Answers an operation on schedules.
pub async fn respond<'r>(
    context: &RequestContext<'_, '_>,
    action: Action,
    data: Data<'_>,
) -> Result<Response<'r>, ApiError> {
    context.no_parameters()?;
    let schedules = Schedules::new(context.app.jobs.clone());
    let [name, _] = context.variables;
    let name = percent_decode_str(name)
        .decode_utf8()
        .map_err(|_| ApiError::not_found())?;
    match action {
        Action::List => {
            context.accepts_json()?;
            Ok(response::json(Status::Ok, &schedules.list()?))
        }
        Action::Read => {
            context.accepts_json()?;
            Ok(detailed(Status::Ok, schedules.find(&name)?))
        }
        Action::Create => create(context, &schedules, data).await,
        Action::Change => change(context, &schedules, &name, data).await,
        Action::Remove => {
            schedules.remove(&name).await?;
            Ok(response::no_content())
        }
    }
}

async fn create<'r>(
    context: &RequestContext<'_, '_>,
    schedules: &Schedules,
    data: Data<'_>,
) -> Result<Response<'r>, ApiError> {
    let body = body::receive(context.app, context.request, data).await?;
    let mut reader = FieldReader::of_body(&body)?;
    let name = reader.required_text("name");
    reader.required_text("kind");
    let given = Given::read(&mut reader);
    let spec = given.applied_to(ScheduleSpec::new("", Box::default()));
    finish(reader, schedules, &name, &spec)?;
    let mut response = detailed(Status::Created, schedules.create(&name, spec).await?);
    response.set_raw_header("Location", format!("{}/{name}", context.base));
    Ok(response)
}

async fn change<'r>(
    context: &RequestContext<'_, '_>,
    schedules: &Schedules,
    name: &str,
    data: Data<'_>,
) -> Result<Response<'r>, ApiError> {
    let known = schedules.find(name)?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut reader = FieldReader::of_body(&body)?;
    if reader.has("name") && reader.text("name").is_none_or(|given| given != known.name) {
        let message = "A schedule keeps its name: make another one.";
        reader.errors.add("name", message);
    }
    let given = Given::read(&mut reader);
    finish(reader, schedules, name, &given.applied_to(known.spec()))?;
    let change = move |spec| Ok(given.applied_to(spec));
    Ok(detailed(Status::Ok, schedules.change(name, change).await?))
}

fn detailed(status: Status, schedule: Schedule) -> Response<'static> {
    let next = schedule.next_ticks(TICKS_SHOWN);
    response::json(status, &Detailed { schedule, next })
}

/// Refuses the request when anything is wrong with its fields or with the schedule that they describe, all in one answer.
fn finish(mut reader: FieldReader<'_>, schedules: &Schedules, name: &str, spec: &ScheduleSpec) -> Result<(), ApiError> {
    if !reader.errors.is_empty()
        && let Err(Error::Fields(further)) = schedules.check(name, spec.clone())
    {
        reader.errors.add_missing(further);
    }
    reader.finish()
}

/// The fields of a body. The outer option of those that may be null says whether the field is there.
#[derive(Debug, Clone)]
struct Given {
    kind: Option<String>,
    payload: Option<Box<RawValue>>,
    cron: Option<Option<String>>,
    every: Option<Option<String>>,
    timezone: Option<Option<String>>,
    priority: Option<i64>,
    max_attempts: Option<i64>,
    unique: Option<bool>,
    enabled: Option<bool>,
}

impl Given {
    fn read(reader: &mut FieldReader<'_>) -> Self {
        let known: Vec<&str> = SETTABLE.into_iter().chain(SERVER_MANAGED).collect();
        reader.only(&known);
        Self {
            cron: reader.nullable_text("cron"),
            every: reader.nullable_text("every"),
            timezone: reader.nullable_text("timezone"),
            kind: reader.text("kind"),
            payload: match reader.json("payload") {
                None if reader.has("payload") => Some(Box::default()),
                payload => payload,
            },
            priority: reader.integer("priority", -PRIORITY_LIMIT, PRIORITY_LIMIT),
            max_attempts: reader.integer("max_attempts", 1, ATTEMPTS_LIMIT),
            unique: reader.boolean("unique"),
            enabled: reader.boolean("enabled"),
        }
    }

    /// A schedule with these fields. One of `cron` and `every` replaces the other, and a time zone goes with `cron`.
    fn applied_to(&self, mut spec: ScheduleSpec) -> ScheduleSpec {
        let given = self.clone();
        if let Some(cron) = given.cron {
            spec.cron = cron;
            if self.every.is_none() && spec.cron.is_some() {
                spec.every = None;
            }
        }
        if let Some(every) = given.every {
            spec.every = every;
            if self.cron.is_none() && spec.every.is_some() {
                spec.cron = None;
            }
        }
        match given.timezone {
            Some(timezone) => spec.timezone = timezone,
            None if spec.cron.is_none() => spec.timezone = None,
            None => {}
        }
        spec.kind = given.kind.unwrap_or(spec.kind);
        spec.payload = given.payload.unwrap_or(spec.payload);
        spec.priority = given.priority.unwrap_or(spec.priority);
        spec.max_attempts = given.max_attempts.unwrap_or(spec.max_attempts);
        spec.unique = given.unique.unwrap_or(spec.unique);
        spec.enabled = given.enabled.unwrap_or(spec.enabled);
        spec
    }
}
