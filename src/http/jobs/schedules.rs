//! `/jobs/schedules` and `/jobs/schedules/{name}`: what asks for jobs by the clock.

use percent_encoding::percent_decode_str;
use rocket::http::{Method, Status};
use rocket::{Data, Request, Response};
use serde::Serialize;
use serde_json::value::RawValue;

use super::authorize::{Action, check};
use super::{ApiError, base, shown, takes_json};
use crate::http::fields::FieldReader;
use crate::http::{App, body, response};
use crate::jobs::Error;
use crate::jobs::job::{ATTEMPTS_LIMIT, PRIORITY_LIMIT};
use crate::jobs::schedule::{Schedule, ScheduleSpec, Schedules};

/// The last segment of their address.
pub(super) const SEGMENT: &str = "schedules";
/// What the address of all of them allows.
pub(super) const ALL: &str = "GET, POST, HEAD, OPTIONS";
/// What the address of one allows.
pub(super) const ONE: &str = "GET, PATCH, DELETE, HEAD, OPTIONS";

/// What a request may say.
const GIVEN: [&str; 10] = [
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
/// What is kept by the server, and passed over in a body as it is in those of rows.
const KEPT: [&str; 7] = [
    "source",
    "next_at",
    "next",
    "last_at",
    "last_job_id",
    "created_at",
    "updated_at",
];
/// Ticks to come that the answer for one schedule shows.
const TICKS_SHOWN: usize = 5;

/// One schedule, with its next ticks.
#[derive(Serialize)]
struct Detailed {
    #[serde(flatten)]
    schedule: Schedule,
    next: Vec<String>,
}

/// All of them: listed, or one more.
pub(super) async fn all<'r>(app: &App, request: &'r Request<'_>, data: Data<'_>) -> Result<Response<'r>, ApiError> {
    match request.method() {
        Method::Get | Method::Head => {
            check(app, request, Action::List)?;
            takes_json(request)?;
            Ok(shown(&schedules(app).list()?))
        }
        Method::Post => {
            check(app, request, Action::ChangeSchedules)?;
            let body = body::body(app, request, data).await?;
            let mut reader = FieldReader::of_body(&body)?;
            let name = reader.required_text("name");
            reader.required_text("kind");
            let given = Given::read(&mut reader);
            let spec = given.applied_to(ScheduleSpec::new("", Box::default()));
            done(reader, &schedules(app), &name, &spec)?;
            let schedule = schedules(app).create(&name, spec).await?;
            let location = format!("{}/{SEGMENT}/{name}", base(request));
            let mut response = detailed(Status::Created, schedule);
            response.set_raw_header("Location", location);
            Ok(response)
        }
        method => Err(ApiError::not_allowed(method.as_str(), ALL)),
    }
}

/// One of them: shown, changed or removed.
pub(super) async fn one<'r>(app: &App, request: &'r Request<'_>, data: Data<'_>) -> Result<Response<'r>, ApiError> {
    let path = request.uri().path().as_str();
    let last = path
        .strip_suffix('/')
        .unwrap_or(path)
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let name = percent_decode_str(last)
        .decode_utf8()
        .map_err(|_| ApiError::not_found())?;
    match request.method() {
        Method::Get | Method::Head => {
            check(app, request, Action::List)?;
            takes_json(request)?;
            Ok(detailed(Status::Ok, schedules(app).find(&name)?))
        }
        Method::Patch => {
            check(app, request, Action::ChangeSchedules)?;
            let known = schedules(app).find(&name)?;
            let body = body::body(app, request, data).await?;
            let mut reader = FieldReader::of_body(&body)?;
            if reader.has("name") && reader.text("name").is_none_or(|given| given != known.name) {
                reader
                    .errors
                    .add("name", "A schedule keeps its name: make another one.");
            }
            let given = Given::read(&mut reader);
            done(reader, &schedules(app), &name, &given.applied_to(known.spec()))?;
            let change = move |spec| Ok(given.applied_to(spec));
            Ok(detailed(Status::Ok, schedules(app).change(&name, change).await?))
        }
        Method::Delete => {
            check(app, request, Action::ChangeSchedules)?;
            schedules(app).remove(&name).await?;
            Ok(Response::build().status(Status::NoContent).finalize())
        }
        method => Err(ApiError::not_allowed(method.as_str(), ONE)),
    }
}

fn schedules(app: &App) -> Schedules {
    Schedules::new(app.jobs.clone())
}

fn detailed(status: Status, schedule: Schedule) -> Response<'static> {
    let next = schedule.next_ticks(TICKS_SHOWN);
    // What is shown are plain values, which can always be written.
    let body = serde_json::to_vec(&Detailed { schedule, next }).unwrap_or_default();
    response::of_bytes(status, "application/json", body)
}

/// Goes on only when nothing is wrong; what is wrong with the fields and with what they mean is said together.
fn done(mut reader: FieldReader<'_>, schedules: &Schedules, name: &str, spec: &ScheduleSpec) -> Result<(), ApiError> {
    if !reader.errors.is_empty()
        && let Err(Error::Fields(further)) = schedules.check(name, spec.clone())
    {
        reader.errors.add_missing(further);
    }
    reader.finish()
}

/// The fields that a body gives. Those that may be null are there when they are given at all.
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
        let known: Vec<&str> = GIVEN.into_iter().chain(KEPT).collect();
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

    /// A schedule with these fields. One of `cron` and `every` takes the place of the other, and a zone goes with `cron`.
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
