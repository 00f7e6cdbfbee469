//! Answers to requests that reach no endpoint: those that the ingress turns away, and those whose address is unknown.

use rocket::http::{Method, Status};
use rocket::{Request, Response};

use super::app::App;
use super::ingress::{self, Verdict};
use super::response::ApiError;
use super::{negotiation, pages};

/// The answer to a request that the ingress does not let pass.
pub fn turned_away(request: &Request<'_>) -> Option<Response<'static>> {
    let error = match ingress::verdict(request) {
        Verdict::Pass => return None,
        Verdict::Preflight => {
            let mut response = Response::new();
            response.set_status(Status::NoContent);
            ingress::apply_preflight_headers(&mut response);
            return Some(response);
        }
        Verdict::CutShort => ApiError::new(Status::BadRequest, "The body was cut short."),
        Verdict::Ambiguous => {
            let message = "No other Transfer-Encoding than chunked, once, is understood.";
            ApiError::new(Status::BadRequest, message).with_header("Connection", "close")
        }
        Verdict::HostMalformed => ApiError::new(Status::BadRequest, "The Host header cannot be understood."),
        Verdict::HostUnknown => ApiError::new(
            Status::BadRequest,
            "This server does not answer to the name in the Host header. ALLOWED_HOSTS says to which it does.",
        ),
        Verdict::ForeignForm => ApiError::new(
            Status::Forbidden,
            "This form was sent by a page of another site. CORS_ORIGINS says which sites may.",
        ),
        Verdict::TooMany { retry_after } => ApiError::throttled(retry_after),
    };
    Some(error.respond(request))
}

/// The answer where nothing is: a page to browsers, JSON to programs.
pub fn not_found(request: &Request<'_>) -> Response<'static> {
    let has_pages = request.rocket().state::<App>().is_some_and(|app| app.roles.pages);
    let is_browser = has_pages && request.method() == Method::Get && negotiation::names(request.headers(), "text/html");
    let page = is_browser.then(|| pages::not_found(request)).flatten();
    page.unwrap_or_else(|| ApiError::not_found().respond(request))
}
