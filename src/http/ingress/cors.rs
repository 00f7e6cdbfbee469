//! Which pages of other origins may use the API from a browser (the Fetch standard's CORS protocol).
//!
//! They bring tokens, never cookies: `Access-Control-Allow-Credentials` is not said to anyone.

use rocket::http::{Method, Status};
use rocket::{Request, Response};

use crate::config::CorsOrigins;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer";
const RESPONSE_HEADERS: &str = "ETag, Link, Location, Retry-After, X-Request-Id, X-Total-Count";
/// Seconds for which browsers need not ask again; none of them remembers longer.
const MAX_AGE: &str = "7200";

/// Whether this is a browser that asks what a page may send, and not a request itself.
pub(super) fn is_preflight(request: &Request<'_>) -> bool {
    request.method() == Method::Options
        && request.headers().contains("Origin")
        && request.headers().contains("Access-Control-Request-Method")
}

/// What `Access-Control-Allow-Origin` says to this request, if anything. It is never the request's own words.
pub(super) fn allowed<'a>(origins: &'a CorsOrigins, request: &Request<'_>) -> Option<&'a str> {
    match origins {
        CorsOrigins::None => None,
        CorsOrigins::Any => Some("*"),
        CorsOrigins::Only(origins) => {
            let origin = request.headers().get_one("Origin")?;
            origins.iter().find(|known| *known == origin).map(String::as_str)
        }
    }
}

/// The answer to a browser that asks for an origin that is allowed.
pub(super) fn preflight() -> Response<'static> {
    let mut response = Response::new();
    response.set_status(Status::NoContent);
    response.set_raw_header("Access-Control-Allow-Methods", METHODS);
    response.set_raw_header("Access-Control-Allow-Headers", REQUEST_HEADERS);
    response.set_raw_header("Access-Control-Max-Age", MAX_AGE);
    response
}

/// Tells the browser whether the page that asked may read the answer.
pub(super) fn dress<'r>(origins: &'r CorsOrigins, request: &Request<'_>, response: &mut Response<'r>) {
    if matches!(origins, CorsOrigins::None) {
        return;
    }
    if matches!(origins, CorsOrigins::Only(_)) {
        // Also for those that are not allowed, or a cache would give them another's answer.
        response.adjoin_raw_header("Vary", "Origin");
    }
    if let Some(origin) = allowed(origins, request) {
        response.set_raw_header("Access-Control-Allow-Origin", origin);
        response.set_raw_header("Access-Control-Expose-Headers", RESPONSE_HEADERS);
    }
}
