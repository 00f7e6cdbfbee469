//! The answer to a request that put a job into the queue.

use rocket::Response;
use rocket::http::Status;
use serde_json::json;

use crate::http::context::RequestContext;
use crate::http::response;
use crate::jobs::{JobId, State};

/// The state of a job, and its address below the base that the client used.
pub(super) fn accepted(context: &RequestContext<'_, '_>, status: Status, id: JobId, state: State) -> Response<'static> {
    let mut response = response::json(status, &json!({ "job_id": id, "status": state }));
    response.set_raw_header("Location", format!("{}/{id}", context.base));
    response
}
