//! The answer to requests that Rocket itself refuses, and to handlers that panic.

use rocket::http::{Method as HttpMethod, Status};
use rocket::{Catcher, Request, Response, catcher};

use super::app::App;
use super::middleware;
use super::refusal::{not_found, turned_away};
use super::response::ApiError;
use crate::endpoints;

/// One catcher for every status.
pub fn catchers() -> Vec<Catcher> {
    vec![Catcher::new(None, Caught)]
}

#[derive(Clone)]
struct Caught;

#[rocket::async_trait]
impl catcher::Handler for Caught {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        if status == Status::BadRequest {
            return Ok(malformed(request));
        }
        if let Some(response) = turned_away(request) {
            return Ok(response);
        }
        let error = match status.code {
            404 => return Ok(not_found(request)),
            500 => ApiError::internal(),
            _ => ApiError::new(status, status.reason_lossy()),
        };
        Ok(error.respond(request))
    }
}

/// The answer to a request line that Rocket cannot express: it has a method that Rocket does not know, in whose place
/// Rocket puts GET, or a target that is no path. Such a request passes no fairing.
fn malformed<'r>(request: &'r Request<'_>) -> Response<'r> {
    let mut response = turned_away(request).unwrap_or_else(|| {
        let error = match request.method() {
            HttpMethod::Get => match allow(request) {
                Some(allow) => ApiError::method_not_allowed("unknown", allow),
                None => ApiError::not_found(),
            },
            _ => ApiError::new(Status::BadRequest, "The request line cannot be understood."),
        };
        error.respond(request)
    });
    middleware::finish(request, &mut response);
    response
}

/// The methods that an address has for a caller without credentials.
fn allow(request: &Request<'_>) -> Option<String> {
    let app = request.rocket().state::<App>()?;
    let found = endpoints::find(request.uri().path().as_str(), |part| app.serves(part))?;
    super::records::allow(app, &found)
}
