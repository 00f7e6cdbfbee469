//! `/jobs` and `/api/jobs`, which are the same: what an address under them means, and what each method does there.

mod authorize;
mod events;
mod list;
mod schedules;
mod submit;
mod worker_api;

use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request, Response};
use serde_json::json;

use super::api::{self, READ_ONLY};
use super::response::{self, ApiError};
use super::{App, negotiation};
use crate::jobs::{Error, JobId, State};
use authorize::{Action, check};
pub use events::Streams;

const ALL: &str = "GET, POST, HEAD, OPTIONS";
const ONE: &str = "GET, DELETE, HEAD, OPTIONS";
const VERB: &str = "POST, OPTIONS";

/// One route for each method, before those of tables.
pub fn routes() -> Vec<Route> {
    api::METHODS
        .map(|method| Route::ranked(-30, method, "/<path..>", JobsApi))
        .into()
}

#[derive(Clone)]
struct JobsApi;

#[rocket::async_trait]
impl Handler for JobsApi {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error(Status::InternalServerError);
        };
        let answer = respond(app, request, data).await;
        Outcome::Success(answer.unwrap_or_else(|refusal| refusal.respond(request)))
    }
}

/// What an address means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address {
    All,
    Counts,
    Claim,
    Schedules,
    Schedule,
    One(JobId),
    Events(JobId),
    Of(JobId, Verb),
}

/// What can be done with one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Retry,
    Heartbeat,
    Complete,
    Fail,
}

impl Address {
    fn read(path: &str) -> Option<Self> {
        let path = path.strip_prefix("/api").unwrap_or(path).strip_prefix("/jobs")?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let Some(path) = path.strip_prefix('/') else {
            return path.is_empty().then_some(Self::All);
        };
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let id = || first.parse().ok();
        match (first, rest) {
            ("counts", "") => Some(Self::Counts),
            ("claim", "") => Some(Self::Claim),
            (schedules::SEGMENT, "") => Some(Self::Schedules),
            (schedules::SEGMENT, name) if !name.contains('/') => Some(Self::Schedule),
            (_, "") => id().map(Self::One),
            (_, "events") => id().map(Self::Events),
            (_, "retry") => Some(Self::Of(id()?, Verb::Retry)),
            (_, "heartbeat") => Some(Self::Of(id()?, Verb::Heartbeat)),
            (_, "complete") => Some(Self::Of(id()?, Verb::Complete)),
            (_, "fail") => Some(Self::Of(id()?, Verb::Fail)),
            _ => None,
        }
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::All => ALL,
            Self::Counts | Self::Events(_) => READ_ONLY,
            Self::Schedules => schedules::ALL,
            Self::Schedule => schedules::ONE,
            Self::One(_) => ONE,
            Self::Claim | Self::Of(..) => VERB,
        }
    }
}

/// What an address allows, if it is one of jobs.
pub fn allowed_at(path: &str) -> Option<&'static str> {
    Address::read(path).map(Address::allowed)
}

/// The address of the collection, as the client has it.
fn base(request: &Request<'_>) -> &'static str {
    match request.uri().path().starts_with("/api/") {
        true => "/api/jobs",
        false => "/jobs",
    }
}

async fn respond<'r>(app: &'r App, request: &'r Request<'_>, data: Data<'r>) -> Result<Response<'r>, ApiError> {
    let address = Address::read(request.uri().path().as_str()).ok_or_else(ApiError::not_found)?;
    let query = request.uri().query().map_or("", |query| query.as_str());
    let may = |action| check(app, request, action);
    if address != Address::All || request.method() == Method::Post {
        api::no_parameters(query)?;
    }
    match (address, request.method()) {
        (address, Method::Options) => {
            // As for tables: what one may do is described, what one may not is left out.
            let described = match address == Address::All && may(Action::Submit).is_ok() {
                true => {
                    json!({ "name": "Jobs", "renders": ["application/json"], "actions": { "POST": submit::described() } })
                }
                false => json!({ "name": "Jobs", "renders": ["application/json"] }),
            };
            Ok(api::allowing(address.allowed(), &described))
        }
        (Address::All, Method::Get | Method::Head) => {
            may(Action::List)?;
            takes_json(request)?;
            list::page(app, request).await
        }
        (Address::All, Method::Post) => {
            may(Action::Submit)?;
            submit::submit(app, request, data).await
        }
        (Address::Counts, Method::Get | Method::Head) => {
            may(Action::List)?;
            takes_json(request)?;
            list::counts(app).await
        }
        (Address::Schedules, _) => schedules::all(app, request, data).await,
        (Address::Schedule, _) => schedules::one(app, request, data).await,
        (Address::Claim, Method::Post) => {
            may(Action::Work)?;
            worker_api::claim(app, request, data).await
        }
        (Address::One(id), Method::Get | Method::Head) => {
            may(Action::Read)?;
            if negotiation::names(request.headers(), events::MEDIA_TYPE) {
                return events::respond(app, request, id);
            }
            takes_json(request)?;
            let mut response = shown(&app.jobs.find(id)?);
            response.set_raw_header("Vary", "Accept");
            Ok(response)
        }
        (Address::Events(id), Method::Get | Method::Head) => {
            may(Action::Read)?;
            events::respond(app, request, id)
        }
        (Address::One(id), Method::Delete) => {
            may(Action::Change)?;
            cancel(app, id).await
        }
        (Address::Of(id, Verb::Retry), Method::Post) => {
            may(Action::Change)?;
            let state = app.jobs.retry(id).await?;
            Ok(accepted(request, Status::Accepted, id, state))
        }
        (Address::Of(id, verb), Method::Post) => {
            may(Action::Work)?;
            worker_api::report(app, request, data, id, verb).await
        }
        (address, method) => Err(ApiError::not_allowed(method.as_str(), address.allowed())),
    }
}

/// 204 when the job is off; 202 when its worker is still to be told.
async fn cancel<'r>(app: &App, id: JobId) -> Result<Response<'r>, ApiError> {
    let state = app.jobs.cancel(id).await?;
    if state == State::Cancelled {
        return Ok(Response::build().status(Status::NoContent).finalize());
    }
    let body = json!({ "job_id": id, "status": state, "cancel_requested": true });
    Ok(of_json(Status::Accepted, &body))
}

/// Where a job stands, and where it is found.
fn accepted(request: &Request<'_>, status: Status, id: JobId, state: State) -> Response<'static> {
    let mut response = of_json(status, &json!({ "job_id": id, "status": state }));
    response.set_raw_header("Location", format!("{}/{id}", base(request)));
    response
}

fn shown(job: &impl serde::Serialize) -> Response<'static> {
    // What is shown are plain values, which can always be written.
    let body = serde_json::to_vec(job).unwrap_or_default();
    response::of_bytes(Status::Ok, "application/json", body)
}

fn of_json(status: Status, body: &serde_json::Value) -> Response<'static> {
    response::of_bytes(status, "application/json", body.to_string().into_bytes())
}

fn takes_json(request: &Request<'_>) -> Result<(), ApiError> {
    match negotiation::takes_json(request.headers()) {
        true => Ok(()),
        false => Err(api::not_acceptable()),
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Fields(errors) => errors.into(),
            Error::TooLarge(message) => Self::new(Status::PayloadTooLarge, message),
            Error::NotFound => Self::not_found(),
            Error::Conflict(message) => Self::new(Status::Conflict, message),
            Error::Crowded(message) => {
                let mut refusal = Self::new(Status::ServiceUnavailable, message);
                refusal.headers.push(("Retry-After", "5".to_owned()));
                refusal
            }
            Error::Database(error) => crate::records::Error::Database(error).into(),
        }
    }
}
