//! Requests that no other route takes: known addresses with another method, unknown addresses, and what Rocket itself
//! refuses.

use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Catcher, Data, Request, Response, catcher};
use serde_json::json;

use super::api::{self, READ_ONLY};
use super::response::{self, ApiError};
use super::{App, auth, ingress, jobs, middleware, negotiation, pages};

/// Addresses, without a closing slash, that only GET means anything to.
const FIXED: [&str; 6] = ["", "/health", "/healthz", "/livez", "/readyz", "/favicon.ico"];

/// Routes behind all others. GET has none: an unknown address is for the catcher.
pub fn routes() -> Vec<Route> {
    let methods = [
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
        Method::Options,
        Method::Trace,
        Method::Connect,
    ];
    methods
        .map(|method| Route::ranked(100, method, "/<path..>", Fallback))
        .into()
}

/// One catcher for every status.
pub fn catchers() -> Vec<Catcher> {
    vec![Catcher::new(None, Caught)]
}

#[derive(Clone)]
struct Fallback;

#[rocket::async_trait]
impl Handler for Fallback {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        Outcome::Success(match (request.method(), allowed_at(request)) {
            (_, None) => ApiError::not_found().respond(request),
            (Method::Options, Some(allow)) => {
                let mut response = response::of_json(&json!({ "renders": ["application/json"] }));
                response.set_raw_header("Allow", allow);
                response
            }
            (method, Some(allow)) => ApiError::not_allowed(method.as_str(), allow).respond(request),
        })
    }
}

/// What the address of a request allows, if there is such an address.
fn allowed_at(request: &Request<'_>) -> Option<&'static str> {
    let path = request.uri().path().as_str();
    let app = request.rocket().state::<App>()?;
    match path.strip_suffix('/').unwrap_or(path) {
        "/favicon.ico" if !app.roles.pages => None,
        _ if path.starts_with("/static/") => app.roles.pages.then_some(READ_ONLY),
        known if FIXED.contains(&known) => Some(READ_ONLY),
        _ if app.roles.api => jobs::allowed_at(path)
            .or_else(|| auth::allowed_at(path))
            .or_else(|| api::allowed_at(app, path)),
        _ => None,
    }
}

#[derive(Clone)]
struct Caught;

#[rocket::async_trait]
impl catcher::Handler for Caught {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        // What came to no route has not passed the guard.
        if status.code != 400
            && let Some(turned_away) = ingress::answer(request)
        {
            return Ok(turned_away);
        }
        if status.code == 404
            && let Some(page) = page_for_browsers(request)
        {
            return Ok(page);
        }
        let error = match status.code {
            404 => ApiError::not_found(),
            400 => return Ok(misunderstood(request)),
            500 => ApiError::new(status, "Something went wrong inside. The log says what."),
            _ => ApiError::new(status, status.reason_lossy()),
        };
        Ok::<Response<'r>, Status>(error.respond(request))
    }
}

/// People get a page where nothing is; programs get JSON.
fn page_for_browsers(request: &Request<'_>) -> Option<Response<'static>> {
    let has_pages = request.rocket().state::<App>().is_some_and(|app| app.roles.pages);
    let is_browser = has_pages && request.method() == Method::Get && negotiation::names(request.headers(), "text/html");
    is_browser.then(|| pages::not_found(request)).flatten()
}

/// Rocket comes here, past its fairings, with a request line that it cannot express. That is one with a method that it
/// does not know, for which it puts GET, or a target that is no path.
fn misunderstood<'r>(request: &'r Request<'_>) -> Response<'r> {
    let turned_away = ingress::answer(request);
    let mut response = turned_away.unwrap_or_else(|| {
        let error = match (request.method(), allowed_at(request)) {
            (Method::Get, Some(allow)) => ApiError::not_allowed("unknown", allow),
            (Method::Get, None) => ApiError::not_found(),
            _ => ApiError::new(Status::BadRequest, "The request line cannot be understood."),
        };
        error.respond(request)
    });
    middleware::finish(request, &mut response);
    response
}
