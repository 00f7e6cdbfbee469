//! Requests that no other route takes: known addresses with another method, unknown addresses, and what Rocket itself
//! refuses.

use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Catcher, Data, Request, Response, catcher};
use serde_json::json;

use super::answer::{self, Refusal};
use super::api::READ_ONLY;

/// Addresses that only GET means anything to.
const FIXED: [&str; 6] = ["/", "/health", "/healthz", "/livez", "/readyz", "/favicon.ico"];

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
    methods.map(|method| Route::ranked(100, method, "/<path..>", Fallback)).into()
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
        let path = request.uri().path();
        let is_known = FIXED.contains(&path.as_str()) || path.starts_with("/static/");
        Outcome::Success(match request.method() {
            _ if !is_known => Refusal::not_found().respond(request),
            Method::Options => {
                let mut response = answer::of_json(&json!({ "renders": ["application/json"] }));
                response.set_raw_header("Allow", READ_ONLY);
                response
            }
            method => Refusal::not_allowed(method.as_str(), READ_ONLY).respond(request),
        })
    }
}

#[derive(Clone)]
struct Caught;

#[rocket::async_trait]
impl catcher::Handler for Caught {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        let refusal = match status.code {
            404 => Refusal::not_found(),
            400 => Refusal::new(status, "The request line or a header cannot be understood."),
            500 => Refusal::new(status, "Something went wrong inside. The log says what."),
            _ => Refusal::new(status, status.reason_lossy()),
        };
        Ok::<Response<'r>, Status>(refusal.respond(request))
    }
}
