//! Jobs and their schedules over HTTP.

mod accepted;
mod follow;
mod list;
pub mod schedules;
mod submit;
mod worker_api;

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::context::RequestContext;
use super::negotiation;
use super::response::{self, ApiError};
use crate::endpoints::jobs::{Action, EVENT_STREAM};
use crate::jobs::{Error, JobId, State};
use accepted::accepted;

/// Answers an operation on jobs.
pub async fn respond<'r>(
    context: &RequestContext<'_, '_>,
    action: Action,
    data: Data<'_>,
) -> Result<Response<'r>, ApiError> {
    if action != Action::List {
        context.no_parameters()?;
    }
    match action {
        Action::List => {
            context.accepts_json()?;
            list::page(context).await
        }
        Action::Submit => submit::submit(context, data).await,
        Action::Count => {
            context.accepts_json()?;
            list::counts(context).await
        }
        Action::Claim => worker_api::claim(context, data).await,
        Action::Read if negotiation::names(context.request.headers(), EVENT_STREAM) => {
            follow::respond(context, id(context)?)
        }
        Action::Read => {
            let id = id(context)?;
            context.accepts_json()?;
            let mut response = response::json(Status::Ok, &context.app.jobs.find(id)?);
            response.set_raw_header("Vary", "Accept");
            Ok(response)
        }
        Action::Follow => follow::respond(context, id(context)?),
        Action::Cancel => cancel(context, id(context)?).await,
        Action::Retry => {
            let id = id(context)?;
            let state = context.app.jobs.retry(id).await?;
            Ok(accepted(context, Status::Accepted, id, state))
        }
        Action::Heartbeat | Action::Complete | Action::Fail => {
            worker_api::report(context, action, id(context)?, data).await
        }
    }
}

/// The fields that an operation takes, where OPTIONS describes them.
pub fn fields_of(action: Action) -> Option<Json> {
    (action == Action::Submit).then(submit::described)
}

/// The job in the address.
fn id(context: &RequestContext<'_, '_>) -> Result<JobId, ApiError> {
    let [id, _] = context.variables;
    id.parse().map_err(|()| ApiError::not_found())
}

/// 204 when the job is cancelled; 202 when it runs, and its worker stops it at the next heartbeat.
async fn cancel<'r>(context: &RequestContext<'_, '_>, id: JobId) -> Result<Response<'r>, ApiError> {
    let state = context.app.jobs.cancel(id).await?;
    if state == State::Cancelled {
        return Ok(response::no_content());
    }
    let body = json!({ "job_id": id, "status": state, "cancel_requested": true });
    Ok(response::json(Status::Accepted, &body))
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Fields(errors) => errors.into(),
            Error::TooLarge(message) => Self::new(Status::PayloadTooLarge, message),
            Error::NotFound => Self::not_found(),
            Error::Conflict(message) => Self::new(Status::Conflict, message),
            Error::Crowded(message) => Self::unavailable(message, 5),
            Error::Database(error) => crate::records::Error::Database(error).into(),
        }
    }
}
